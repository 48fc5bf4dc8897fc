import * as assert from "uvu/assert";
import { checkClaims } from "../../src/analysis/budget.js";
import { layersOf } from "../../src/analysis/layers.js";
import { countParams } from "../../src/analysis/params.js";
import type { Graph } from "../../src/ir/graph.js";
import type { Claim, ClaimSide, Measure } from "../../src/recipe/claim.js";
import { suite } from "../support/suite.js";
import { Network } from "./network.js";
import { paperNetworks } from "./paper-networks.js";

const span = { file: "m.lfer", start: 0, end: 1 };
const number = (value: number): ClaimSide => ({ kind: "number", value });
const measure = (name: Measure["name"], convention?: Measure["convention"], at?: string): Measure => ({
  kind: "measure",
  name,
  convention,
  at,
  span,
});

function claim(left: ClaimSide, operator: Claim["operator"], right: ClaimSide, tolerance?: number): Claim {
  return { left, operator, right, tolerance, span };
}

const lferLdl = (paperNetworks.lfer_ldl as () => Graph)();

const said = (...claims: readonly Claim[]): readonly string[] =>
  checkClaims(lferLdl, claims, "LferLdl").map(({ code, message }) => `${code}: ${message}`);

/** One convolution used twice, and one of its own. */
function sharing(): Graph {
  const net = new Network("M");
  const image = net.image([4, 8, 8]);
  const attributes = {
    channels: 4,
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
    groups: 1,
    bias: false,
  };
  const first = net.within("a", () => net.ops("conv2d", [image], attributes));
  const [value = image] = first.outputs;
  const second = net.within("b", () => net.op("conv2d", [value], attributes, first.slots));
  net.output(net.within("c", () => net.norm(net.conv(second, 4, 1))));
  return net.finish();
}

suite("budgets", (test) => {
  test("what holds says nothing: the paper's figures, a tolerance, a part, arithmetic, a number on the left", () => {
    assert.equal(
      said(
        claim(measure("madds", "paper"), "==", number(294_606_017)),
        claim(measure("madds", "paper"), "==", number(294.6e6), 10_000),
        claim(measure("params"), "<=", number(1.29e6)),
        claim(measure("params", undefined, "stage2"), "==", number(30_827)),
        claim(number(1e6), "<", measure("params")),
        claim(
          { kind: "arithmetic", operator: "/", left: measure("madds", "conv"), right: measure("macs", "conv") },
          "<",
          number(2),
        ),
        claim(measure("receptive_field"), ">=", number(224)),
        claim(measure("param_bytes"), "==", number(4 * 1_283_024)),
        claim(measure("peak_activation_bytes"), "<=", number(2_910_208)),
        claim(measure("macs"), "==", measure("macs", "fvcore")),
        claim(measure("activations"), "==", measure("activations", "fvcore")),
        claim(measure("params"), "!=", number(1)),
      ),
      [],
    );
  });

  test("what does not hold says both numbers, the difference and its share", () => {
    assert.equal(
      said(
        claim(measure("params"), "<=", number(1.2e6)),
        claim(number(200e6), ">=", measure("madds", "paper")),
        claim(measure("macs", "fvcore", "conv1"), ">", number(11e6)),
        claim(measure("madds", "paper"), "==", number(294e6), 1000),
        claim(measure("params"), "!=", number(1_283_024)),
      ),
      [
        "budget/exceeded: LferLdl: params is 1,283,024, the check allows <= 1,200,000: 83,024 (6.92%) too many",
        'budget/exceeded: LferLdl: madds("paper") is 294,606,017, the check allows <= 200,000,000: 94,606,017 (47.30%) too many; the paper would print 294.60M, the check says 200.00M',
        'budget/below-minimum: LferLdl: macs("fvcore", at: "conv1") is 10,549,504, the check requires > 11,000,000: 450,496 (4.10%) too few',
        'budget/not-equal: LferLdl: madds("paper") is 294,606,017, the check says 294,000,000 within 1,000: 606,017 (0.21%) too many; the paper would print 294.60M, the check says 294.00M',
        "budget/equal: LferLdl: params is 1,283,024, the very number that the check excludes",
      ],
    );
  });

  test("the help names the parts that have most of the figure, or the layer where a maximum is", () => {
    const [whole, part, peak, ratio] = checkClaims(
      lferLdl,
      [
        claim(measure("params"), "<=", number(1)),
        claim(measure("macs", "fvcore", "stage2"), "<=", number(1)),
        claim(measure("peak_activation_bytes"), "<=", number(1)),
        claim(
          { kind: "arithmetic", operator: "/", left: measure("madds", "conv"), right: measure("params") },
          "<",
          number(2),
        ),
      ],
      "LferLdl",
    ).map(({ help }) => help.split(". ")[0]);
    assert.is(whole, "Most of params is in stage4 (501,352, 39.1%), conv5 (477,184, 37.2%), stage3 (244,180, 19%)");
    assert.match(part ?? "", /^Most of macs\("fvcore", at: "stage2"\) is in stage2\.\w+ \([\d,]+, [\d.]+%\), stage2\./);
    assert.is(peak, "peak_activation_bytes is reached at conv1.batch_norm");
    assert.match(ratio ?? "", /^Most of madds\("conv"\) is in stage3 /);
    const shares = [...(part ?? "").matchAll(/([\d.]+)%/g)].map(([, share]) => Number(share));
    assert.equal(
      shares,
      [...shares].sort((a, b) => b - a),
    );
  });

  test("a share of the figure is a tolerance too", () => {
    const near = (wanted: number, share: number, operator: Claim["operator"] = "==") => ({
      ...claim(measure("params"), operator, number(wanted), share),
      isShare: true,
    });
    assert.equal(said(near(1_270_000, 0.011), near(1_270_000, 0.011, "<=")), []);
    assert.equal(said(near(1_270_000, 0.01), near(1_270_000, 0.01, "<=")), [
      "budget/not-equal: LferLdl: params is 1,283,024, the check says 1,270,000 within 1% (12,700): 13,024 (1.03%) too many",
      "budget/exceeded: LferLdl: params is 1,283,024, the check allows <= 1,270,000 within 1% (12,700): 13,024 (1.03%) too many",
    ]);
    // The share is of the claimed number, on either side.
    const turned = { ...claim(number(1_270_000), "==", measure("params"), 0.01), isShare: true };
    assert.is(said(turned).length, 1);
  });

  test("an unknown part is told with the likeliest one; a beginning of a name is no part", () => {
    const [first, second] = checkClaims(
      lferLdl,
      [
        claim(measure("params", undefined, "stage5"), "<=", number(1)),
        claim(measure("params", undefined, "stage"), "<=", number(1)),
      ],
      "LferLdl",
    );
    assert.is(first?.code, "budget/unknown-part");
    assert.match(first?.help ?? "", /Did you mean "stage2"/);
    assert.is(second?.code, "budget/unknown-part");
  });

  test("shared weights: parameters once, work at every use; a part that only shares has them too", () => {
    const graph = sharing();
    const layers = layersOf(graph);
    assert.equal(
      layers.map(({ params, sharedWith }) => [params, sharedWith]),
      [
        [144, undefined],
        [0, "a.conv2d"],
        [16, undefined],
        [8, undefined],
      ],
    );
    assert.equal(countParams(graph, layers), {
      total: 168,
      trainingOnly: 0,
      buffers: 8,
      byOp: { conv2d: 160, batch_norm: 8 },
    });
    const claims = [
      claim(measure("params"), "==", number(168)),
      claim(measure("params", undefined, "b"), "==", number(144)),
      claim(measure("params", "conv"), "==", number(160)),
      claim(measure("macs", "conv"), "==", number(2 * 256 * 36 + 256 * 4)),
    ];
    assert.equal(checkClaims(graph, claims, "M"), []);
  });

  test("parameters that only training has are counted apart", () => {
    const net = new Network("M");
    const image = net.image([4]);
    net.output(net.linear(image, 2));
    const deployed = net.finish();
    const training = new Network("M");
    const same = training.image([4]);
    training.output(training.linear(same, 2));
    training.output(
      training.within("aux", () => training.linear(same, 3)),
      "aux",
    );
    assert.is(countParams(deployed, layersOf(deployed), training.finish()).trainingOnly, 15);
  });
});
