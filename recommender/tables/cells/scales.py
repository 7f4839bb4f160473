"""Scales whose levels people name in words, from the least to the most."""

from __future__ import annotations

import re

_SCALES = """
none|no|nil|zero < extremely low|lowest < very very low < very low|vlow|v low < low|lo < lower middle|low
medium|medium low|below average < medium|med|moderate|mid|middle|average|avg|normal|intermediate < upper middle|medium
high|high medium|above average < high|hi|elevated < very high|vhigh|v high < very very high < extremely
high|highest|critical|urgent|extreme

xxxs|3xs < xxs|2xs < xs|extra small|x small|tiny|very small|micro|mini < s|small|sm < m|medium|med|mid|average|midsize <
l|large|lg|big < xl|extra large|x large|very large < xxl|2xl|huge|enormous|xx large < xxxl|3xl < xxxxl|4xl < 5xl

never|no|non|not < almost never|hardly ever|very rarely < rarely|seldom|rare < occasionally|once in a while <
sometimes|some of the time < often|frequently|regularly|frequent < very often|usually|most of the time|mostly|very
frequently|most days < almost always|nearly always < always|all the time

never < less than yearly < yearly|annually|annual|once a year < semi annually|half yearly|biannually|twice a year <
quarterly|every 3 months|every three months < every two months < monthly|once a month < bi
weekly|biweekly|fortnightly|every two weeks|semi monthly < weekly|once a week < several times a week < daily|every
day|once a day < several times a day < hourly

unacceptable|unacc < terrible|awful|very poor|very bad|worst|horrible < poor|bad|po|weak < below average <
fair|fa|acceptable|acc|mediocre|passable|so so <
average|avg|typical|ta|ok|okay|normal|satisfactory|regular|medium|neutral|standard < above average < good|gd < very
good|vgood|v good < premium|great < ideal|excellent|ex|outstanding|superb|best|exceptional < perfect

no < mn|minimum|minimal < av|average < gd|good

strongly disagree|totally disagree|completely disagree < moderately disagree < disagree < somewhat disagree|slightly
disagree|rather disagree|tend to disagree|mostly disagree < neutral|neither agree nor disagree|neither agree or
disagree|undecided|neither < somewhat agree|slightly agree|rather agree|tend to agree|mostly agree < agree <
moderately agree < strongly agree|totally agree|completely agree

very dissatisfied|extremely dissatisfied|very unsatisfied|highly dissatisfied < dissatisfied|unsatisfied|not satisfied
< somewhat dissatisfied|slightly dissatisfied < neutral|neither satisfied nor dissatisfied|neither < somewhat
satisfied|slightly satisfied < satisfied < very satisfied|extremely satisfied|highly satisfied|completely satisfied

very unhappy < unhappy|not happy|sad < neutral|ok < pretty happy|fairly happy < happy < very happy

very unlikely|extremely unlikely < unlikely|not likely < somewhat unlikely < neutral|neutral neither|neither likely
nor unlikely|possible|maybe < somewhat likely < likely|probable < very likely|extremely likely|certain

very negative|strongly negative < negative|neg < neutral|mixed < positive|pos < very positive|strongly positive

not|not at all|un < not very < a little|slightly|a bit|hardly < somewhat|moderately|fairly|rather < * < quite|quite a
bit|a lot|considerably < very|very much|highly < extremely|a great deal|absolutely

not at all < a little|slightly|a little bit|a bit < somewhat|moderately < quite a bit|quite|a lot|very|very
much|mostly < extremely|a great deal|completely

novice|beginner|basic|elementary|beginners < lower intermediate < intermediate|medium|average < upper intermediate <
advanced < proficient < expert|master|fluent|native

intern|internship|trainee < entry|entry level|en|fresher < junior|jr < associate < mid|mid
level|mi|intermediate|middle < mid senior|mid senior level < senior|sr|se|senior level < lead < director <
executive|ex|executive level|c level

a1 < a2 < b1 < b2 < !c1 < c2

none|no|absent|healthy|nil < very mild|minimal|trace|questionable|trivial < mild|slight|minor|gtl|gentle|light <
moderate|mod|medium < serious|major|significant|considerable < severe|sev|critical < very
severe|extreme|blocker|profound < fatal

ground|g|basement < first|1st|primary < second|2nd|secondary < third|3rd|tertiary < fourth|4th < fifth|5th < sixth|6th
< seventh|7th < eighth|8th < ninth|9th < tenth|10th < 11th|eleventh < 12th|twelfth < 13th < 14th < 15th < 16th < 17th
< 18th < 19th < 20th

zero|no|none < one|single < two|double < three|triple < four < five < six < seven < eight < nine < ten < eleven <
twelve < more|many

i < !ii < iii < iv < v < vi < vii < viii < ix < x

january|jan < february|feb < march|mar < april|apr < may < june|jun < july|jul < august|aug < september|sep|sept <
october|oct < november|nov < december|dec

monday|mon < tuesday|tue|tues < wednesday|wed < thursday|thu|thur|thurs < friday|fri < saturday|sat < sunday|sun

winter < spring < summer < autumn|fall

early morning|dawn < morning < noon|midday < afternoon < evening < night < late night|midnight

q1|1st quarter < q2|2nd quarter < q3|3rd quarter < q4|4th quarter

no formal education|illiterate|uneducated|no schooling|none < preschool|kindergarten|pre primary < 1st 4th <
primary|elementary|primary school|elementary school|basic|basic 4y < 5th 6th|basic 6y < middle school|lower
secondary|7th 8th|basic 9y|junior high < 9th < 10th < 11th|some high school < 12th < high school|secondary|hs
grad|high school graduate|secondary school|hs|upper secondary|high school diploma|high school or equivalent|secondary
education|secondary secondary special < some college|vocational|professional course|incomplete higher|trade
school|technical < assoc voc|diploma|post secondary < associate|associates|associate s|assoc acdm|associate
degree|associates degree|associate s degree|college < bachelor|bachelors|bachelor s|bachelor degree|bachelors
degree|bachelor s degree|university|university degree|graduate|undergraduate|tertiary|higher education|below college <
master|masters|master s|master degree|masters degree|master s degree|postgraduate|post graduate|graduate
degree|graduate school < prof school|professional degree < doctorate|doctor|phd|ph d|doctoral|doctoral
degree|doctorate degree|academic degree

newborn|neonate < infant|baby < toddler < child|kid|children < teen|teenager|adolescent|youth < young
adult|young|youth adult < adult < middle aged|middle age|middle < senior|elderly|old|aged|older adult < very old

freezing|frozen|very cold < cold < cool|chilly < mild|moderate|medium|normal|lukewarm < warm < hot < very hot

very slow < slow < medium|moderate|normal|average < fast|quick < very fast

very short < short < medium|mid|average|normal|moderate < long < very long

very short < short < medium|average|normal < tall < very tall

very light < light < medium|moderate|average|normal|mid < heavy < very heavy

very weak < weak < medium|moderate|average|normal < strong < very strong

very thin|thin < medium|average|normal < thick|very thick

very few|few < some|several < many|a lot|lots < very many

narrow < medium|average|normal < wide|broad < very wide

near|close < medium < far < very far

very shallow|shallow < medium|moderate < deep < very deep

soft < medium|semi soft < firm|semi hard < hard|very hard

very easy < easy|simple < medium|moderate|intermediate|normal|average < hard|difficult|challenging < very hard|very
difficult|expert < extreme

early < mid|middle|intermediate < late|advanced

bottom < lower middle < middle|mid < upper middle < top

lower|low|lower class < lower middle|lower middle class < middle|middle class < upper middle|upper middle class <
upper|upper class|high

very cheap < cheap|inexpensive|budget|affordable|low cost < moderate|medium|mid range|average|midrange|reasonable <
expensive|high end|pricey|premium < very expensive|luxury

blue|!bronze|basic < silver < gold < !platinum < diamond

free < lite|starter < basic < standard|regular|normal < plus|pro|professional < premium < business <
enterprise|ultimate

economy|eco < economy plus|eco plus|premium economy < business < first|first class

sedentary|inactive < lightly active|light|light active|low active < moderately active|moderate|active < very
active|highly active < extra active|extremely active

very severely underweight|severe thinness < underweight|insufficient weight|insufficient < normal|normal
weight|healthy weight|healthy < overweight|overweight level i < overweight level ii < obese|obesity|obesity type
i|obese class 1|obesity class 1 < obesity type ii|obese class 2|obesity class 2 < obesity type iii|extremely
obese|morbidly obese|obese class 3|severe obesity|extreme obesity

decreasing|down|decreased|falling|decrease|decline|worse|worsened < stable|steady|unchanged|no
change|same|flat|constant|static < increasing|up|increased|rising|increase|growth|better|improved

not started|to do|todo < in progress|started|ongoing < done|complete|completed|finished

unf|unfinished < rfn|rough finished < fin|finished
"""

Scale = dict[str, int]
"""Rank of each level's names."""

SCALES: tuple[Scale, ...] = tuple(
    {
        name.strip(" !"): rank
        for rank, names in enumerate(" ".join(scale.split()).split("<"))
        for name in names.split("|")
    }
    for scale in _SCALES.split("\n\n")
)
"""The scales. The name `*` is what is left of a level where the words that all levels share are left out."""

NEEDED: tuple[frozenset[str], ...] = tuple(
    frozenset(name.strip(" !") for name in re.split(r"[|<]", " ".join(scale.split())) if "!" in name)
    for scale in _SCALES.split("\n\n")
)
"""Per scale the names of which at least one has to be there (`!` above): blue, silver and gold alone are colours."""

_WORDS_OF_TWO = """
low high small large big short long tall slow fast light heavy weak strong cold hot warm poor good bad young old easy
hard difficult early late junior senior never always rarely often frequently disagree agree dissatisfied satisfied
unlikely likely cheap expensive thin thick narrow wide shallow deep few many near far mild severe minor major beginner
advanced expert two four three five six eight decreasing increasing first second
"""
WORDS_OF_TWO = frozenset(_WORDS_OF_TWO.split())
"""Two levels are ordered where both are such words: others name things (`s` and `m`, `no` and `gold`)."""
