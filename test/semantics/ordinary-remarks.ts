/** Typical comments after a number. None of them divides, whatever names are in scope. */
export const ordinaryRemarks: readonly string[] = `
three channels
half of them
was 0.1
was 2
before: 64
2 of them
2x the width
2 per group
4 heads
4 in the paper
4 here, 8 in the small one
about 1.3 M
about 10 % more
50%
12ms
71.2 %
0.5 % of the data
60% keep, 40% drop
10 %, see below
56x56
28 x 28
7x7 -> 1x1
56x56x64
[N, 3, 224, 224]
N, 3, 224, 224
N, 64, 56, 56
3, 224, 224
64, 128, 256, 512
(N, 64, 56, 56)
N x 64 x 56 x 56
batch x channels x height x width
= 2 * k + 1
= c / 2
= 116 / 2
== 58
>= 1
> 0
< 1e-3
~ 0.07
~2.3 M
+/- 0.2
+ 1 for the background
- 1 would be wrong
* 2 in training
-> relu
relu ->
relu -> conv(c)
conv(c) -> batch_norm -> relu
-> conv(64, stride: 2)
x -> conv(8)
batch_norm -> relu
padding: 1
kernel: 3, stride: 2
groups: c
decay: lost in print
lost in print
reduction: 16 in the paper
stride: 2 here
width: see std/widths
k = 3
k = 5 would do
c = channels(x)
let c be even
reduction of the squeeze
reduction, as in SE
reduction is 16 there
size of the map
size: 224
size, not width
the size
c channels
c, then twice
c again
c?
c!
c.
c; see above
stage2
stage2 begins here
stage2 -> stage3
stage 2
stage 2: 28x28
TODO
TODO: tune
TODO(me): 0.2?
FIXME 3
XXX
NB: not 4
!!
?
...
---
-----
=====
*****
#
# 3
#1
#12, fixed
see #34
issue 10
1.
1. the stem
1) the stem
2) second unit
(1)  the stem
(see below)
(paper: 2)
(2 in the paper)
[1] He et al.
[12]
[2, 3]
section 3.1
Sec. 3.1
Table 2
Table 2, row 4
Fig. 3
eq. 4
eq. (4)
p. 7
page 7
cf. Howard 2017
arXiv 1707.01083
arXiv:1801.04381
https://example.org/a/b
https://example.org/a?b=2#c
see https://example.org
http://example.org
doi:10.1000/182
2017, ShuffleNet
2019-11-02
2026/11/29
v2
v2.1
V1
1st
2nd unit
3rd of four
4th
1st, 2nd and 3rd
2 + 2 blocks
2 + 2 = 4
2 * 58 = 116
3 * 3 * 64 weights
112 / 2 = 56
112 -> 56
224 -> 112 -> 56
1 -> 2
1..4
1 to 4
1-4 in the paper
1, 2 or 4
1 or 2
1 and 2
2 if small
if small
8 bits
8-bit
8 GB
3 ms
3ms on a phone
30 fps
0.3 M MACs
146M MACs
1e-4 in the code
1e-4, not 1e-3
lr 0.1
lr: 0.1
lr = 0.1
0.1 before epoch 30
0.9 is too much
0.9, Nesterov
0.1 (was 0.01)
0.1 -> 0.01
0.1 | 0.01
0.1 / 0.01?
"same"
"valid" in Keras
'same'
\`same\`
true
false
not 3
not c
true in training
N
N images
N is the batch
all N of them
a
a or b
a, b
a/b
a.b.c
x
x, y
x and y
(x)
k x k
k-1
k × k
½
≈ 3
≤ 4
→ 56
µs
naïve
日本
🙂
//
// double
/ 2
\\ 2
@author
@2x
$2
%
& more
^2
~
: 2
:2
, 2
; 2
= 2
{2}
}
]
)
) and so on
channels
height and width
width
float
min of both
max
sqrt
conv
mish, not relu
no bias
ReLU6
GAP
keep
same as PyTorch's
PyTorch: 1e-5
torch.nn.Conv2d(3, 64)
nn.ReLU()
self.conv1
x.size(1)
F.relu(x)
x[:, 1]
x.shape[1]
def f(x):
return x
import this
lambda x: x
for i in widths
for each
else 8
then 8
do nothing
end of stem
end
on purpose
deliberately odd
`
  .split("\n")
  .filter((line) => line !== "");
