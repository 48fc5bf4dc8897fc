import assert from "node:assert/strict";
import { suite } from "../support/suite.js";
import { diagnose } from "../support/tester.js";

/** torchvision's _make_divisible, models/_utils.py: `int(v + divisor / 2) // divisor * divisor`, at least the divisor. */
function makeDivisible(v: number, divisor: number): number {
  const rounded = Math.max(divisor, Math.floor(Math.trunc(v + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * v ? rounded + divisor : rounded;
}

/** ECA-Net's kernel: `t = int(abs((log2(C) + 1) / 2)); k = t if t % 2 else t + 1`, and at least 3. */
function ecaKernel(channels: number): number {
  const t = Math.trunc(Math.abs((Math.log2(channels) + 1) / 2));
  return Math.max(3, t % 2 === 1 ? t : t + 1);
}

const requiring = (claims: readonly string[], more = 0): string => `lfer 1

import { make_divisible } from "std/widths"
import { eca_kernel } from "std/attention"

model M {
  input image: float32[N, 3, 8, 8]
${claims.map((claim) => `  require ${claim} + ${more}, ${JSON.stringify(claim)}\n`).join("")}  logits = image -> flatten
  output logits
}
`;

suite("std: functions over their whole domain", (test) => {
  const widths = [0.25, 1, 1.5, 2, 3, 7.9, 8, 12, 12.5, 17, 24.4, 31.5, 58, 64, 99.9, 116, 232, 1280];
  const claims = Array.from({ length: 24 }, (_, i) => i + 1).flatMap((by) =>
    widths.map((v) => `make_divisible(${v}, by: ${by}) == ${makeDivisible(v, by)}`),
  );
  const kernels = Array.from({ length: 12 }, (_, i) => 2 ** i).flatMap((c) =>
    [c, 3 * c].map((channels) => `eca_kernel(${channels}) == ${ecaKernel(channels)}`),
  );

  test("make_divisible and eca_kernel are those of their papers' code", async () => {
    assert.deepEqual(await messages(requiring([...claims, ...kernels])), []);
  });

  test("a wrong number would be seen", async () => {
    assert.equal((await messages(requiring(claims.slice(0, 1), 1))).length, 1);
  });
});

async function messages(text: string): Promise<readonly string[]> {
  return (await diagnose(text)).map(({ message }) => message);
}
