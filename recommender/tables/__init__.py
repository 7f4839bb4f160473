"""Tables with a target: where they come from, how they are read and checked, and how they are split.

``files`` knows the kinds of files, ``cells`` what is written in cells; ``deciding`` says how a column is read, and
``reading`` reads later tables alike.
"""
