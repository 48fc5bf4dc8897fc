import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { statsOf } from "../../../src/analysis/stats.js";
import { compile, load } from "../../../src/compiler.js";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import { inks } from "../../../src/diagnostics/picture-style.js";
import { nodeHost } from "../../../src/hosts/node-host.js";
import type { Graph } from "../../../src/ir/graph.js";
import { drawNetwork, type Picture, type PictureOptions } from "../../../src/targets/svg/build.js";
import { shapeLabel } from "../../../src/targets/svg/labels.js";
import { grounds, lines, marks } from "../../../src/targets/svg/palette.js";
import { root } from "../../support/lferc.js";
import { suite } from "../../support/suite.js";
import { compile as compileText } from "../../support/tester.js";
import { assertWellDrawn, parseXml, readPicture } from "./picture.js";

async function modelsOf(file: string, model = "main"): Promise<readonly { name: string; graph: Graph }[]> {
  return compile(await load(nodeHost(root), `models/${file}`), { graphsOnly: true, model }).models;
}

async function graphOf(file: string, model: string): Promise<Graph> {
  const [made] = await modelsOf(file, model);
  if (made === undefined) throw new Error(`no ${model} in ${file}`);
  return made.graph;
}

function draw(graph: Graph, options: PictureOptions = {}): Picture {
  const picture = drawNetwork(graph, options);
  if (picture.kind !== "picture") throw new Error(picture.diagnose({}).message);
  return picture;
}

const lferLdl = await graphOf("lfer_ldl.lfer", "LferLdl");
const labelsOf = (svg: string): readonly string[] => readPicture(svg).labels.map(({ text }) => text);

suite("pictures of networks", (test) => {
  test("every network under models/ is drawn; the first of each file well, folded, as it comes and open", async () => {
    for (const file of readdirSync(join(root, "models")).filter((name) => name.endsWith(".lfer"))) {
      const [first, ...others] = await modelsOf(file, "all");
      // A file may contain only recipes.
      if (first === undefined) {
        assert.not.match(readFileSync(join(root, "models", file), "utf8"), /^(model|variant) /m, file);
        continue;
      }
      for (const { graph } of others) assert.ok(draw(graph, { depth: 1 }).boxes > 2, graph.name);
      const picture = draw(first.graph);
      assert.ok(picture.boxes <= 40 && picture.width <= 1500 && picture.height <= 1700, first.name);
      for (const { svg } of [picture, draw(first.graph, { depth: 1 }), draw(first.graph, { depth: "all" })])
        assertWellDrawn(svg);
    }
  });

  test("LFER-LDL fits a screen, its four quadrants beside each other and its repeated units once", () => {
    const { svg, width, height, depth, isFolded } = draw(lferLdl);
    assert.ok(width <= 1280 && height <= 1280, `${width} x ${height}`);
    assert.equal([depth, isFolded], [2, true]);
    const { boxes, frames } = assertWellDrawn(svg);
    const quadrants = boxes.filter(({ element }) => element.text.includes("local.quadrant_"));
    assert.is(quadrants.length, 4);
    assert.is(new Set(quadrants.map(({ rect }) => rect.top)).size, 1);
    assert.ok(boxes.some(({ element }) => element.text.includes("×7")));
    assert.equal(
      ["conv1", "stage2", "local", "stage3", "stage4", "conv5", "output_module"].filter(
        (name) => !frames.some(({ element }) => element.children.some((child) => child.text === name)),
      ),
      [],
    );
  });

  test("depth 1 folds every part, all opens every one", () => {
    const folded = draw(lferLdl, { depth: 1 });
    assert.is(readPicture(folded.svg).frames.length, 0);
    assert.ok(folded.isFolded);
    const open = draw(lferLdl, { depth: "all" });
    assert.not.ok(open.isFolded);
    assert.not.match(open.svg, /<g><title>[^<]* layers: [^<]*<\/title><rect[^>]*class="box"/);
    assert.is(draw(lferLdl, { depth: open.depth }).svg, open.svg);
    assert.is(draw(lferLdl, { depth: 99 }).boxes, open.boxes);
  });

  test("blocks of one depth are all open or all folded, also one that is alone in its part", async () => {
    const { svg } = draw(await graphOf("mobilenet_v2.lfer", "MobileNetV2"), { depth: 3 });
    const notes = [...svg.matchAll(/<g><title>([^<\n]*)\n[^<]*<\/title><rect[^>]*class="(box|frame)/g)];
    const units = notes.filter(([, path]) => /\.inverted_residual(_\d+)?(:.*)?$/.test(path!));
    assert.equal([units.length, new Set(units.map(([, , kind]) => kind))], [12, new Set(["box"])]);
    assert.ok(units.some(([, path]) => path === "units.stage_1.inverted_residual: stage_1.inverted_residual"));
  });

  test("every box says its path, shapes, costs and source; the legend's numbers are the picture's own", () => {
    const { svg } = draw(lferLdl, { locate: ({ file, start }) => `${file}@${start}` });
    const notes = [...svg.matchAll(/<g><title>([^<]*)<\/title>/g)].map(([, note]) => note!);
    assert.is(notes.length, svg.match(/<g><title>/g)?.length);
    for (const note of notes.filter((each) => !/^(input|output) /.test(each))) {
      assert.match(note, /\[N, [^\]]*\] -&gt; \[N, /);
      assert.match(note, /[\d,]+ params[^\n]*\n[\d,]+ macs \(fvcore\)/);
      assert.match(note, /\.lfer@\d+$/);
    }
    assert.ok(notes.some((note) => /^stage3\.unit_1: unit_1–7\n7 units/.test(note)));
    assert.match(svg, ">201k · 39.3M: 201k params, 39.3M macs (fvcore)<");
  });

  test("the shape of every value that goes from box to box is said", () => {
    const wanted = new Set(
      lferLdl.nodes.flatMap(({ outputs }) => outputs.map((id) => shapeLabel(lferLdl.types[id]!.shape))),
    );
    const said = new Set(labelsOf(draw(lferLdl, { depth: "all" }).svg));
    assert.equal(
      [...wanted].filter((shape) => !said.has(shape)),
      [],
    );
    // A shape under each box but the output's: the splits have two results, and so two shapes.
    const { boxes, svg } = { boxes: readPicture(draw(lferLdl).svg).boxes, svg: draw(lferLdl).svg };
    assert.is(labelsOf(svg).length, boxes.length - 1 + 3);
  });

  test("what the boxes cost is what stats counts: in total, and each part of it once", async () => {
    for (const graph of [lferLdl, await graphOf("related.lfer", "GatedCrops")])
      for (const convention of ["conv", "fvcore"] as const) {
        const stats = statsOf(graph, { conventions: [convention], facts: false });
        if (isProblem(stats)) throw new Error("uncountable");
        const picture = readPicture(draw(graph, { convention }).svg);
        let [params, macs] = [0, 0];
        for (const { element } of picture.boxes)
          for (const [, p, m] of element.text.matchAll(/([\d,]+) params[^\n]*\n([\d,]+) macs/g)) {
            params += Number(p!.replaceAll(",", ""));
            macs += Number(m!.replaceAll(",", ""));
          }
        assert.equal([params, macs], [stats.params.total, stats.counts[convention]?.macs]);
        assert.match(picture.root.text, `${macs.toLocaleString("en-US")} macs (${convention})`);
      }
  });

  test("the same graph gives the same bytes, whatever was drawn before", async () => {
    const googlenet = await graphOf("googlenet.lfer", "googlenet");
    const first = draw(googlenet).svg;
    draw(lferLdl, { depth: "all" });
    assert.is(draw(await graphOf("googlenet.lfer", "googlenet")).svg, first);
  });

  test("values that are weights, several inputs and several outputs have boxes of their own", async () => {
    const latent = draw(await graphOf("related.lfer", "LatentTruth"), { depth: "all" });
    const { models } = await compileText(`lfer 1

model M {
  input a: float32[N, 3, 8, 8]
  input b: float32[N, 3, 8, 8]
  weight w: float32[8, 8] = normal(0.1)
  left = a -> conv(4)
  right = matmul(b, w) -> conv(4)
  both = (left, right) -> concat
  output both
  output left
}
`);
    const { boxes } = assertWellDrawn(draw(models[0]!.graph).svg);
    const ends = boxes
      .map(({ element }) => element.text.split("\n")[0])
      .filter((text) => /^(input|output|weight) /.test(text!));
    assert.equal(ends.toSorted(), ["input a", "input b", "output both", "output left", "weight w"]);
    assertWellDrawn(latent.svg);
  });
});

const hostile = `<script>alert("&'")</script>]]>\u0000\u202e\ud800${"x".repeat(300)}`;

suite("the file", (test) => {
  test("hostile names are words, whole in the notes and cut in boxes", () => {
    const rename = (path: string): string => path.replace("conv1", hostile.replaceAll(".", ""));
    const graph: Graph = {
      ...lferLdl,
      name: hostile,
      inputs: lferLdl.inputs.map((input) => ({ ...input, name: hostile })),
      outputs: lferLdl.outputs.map((output) => ({ ...output, name: hostile, labels: [hostile] })),
      nodes: lferLdl.nodes.map((node) => ({ ...node, path: rename(node.path) })),
    };
    const { svg, width } = draw(graph, { locate: () => hostile });
    const { root: read } = assertWellDrawn(svg);
    assert.equal(
      ["<script", "\u0000", "\u202e", "\ud800"].filter((text) => svg.includes(text)),
      [],
    );
    assert.ok(read.text.includes(`<script>alert("&'")</script>]]>`));
    assert.ok(width < 1700);
  });

  test("nothing in it runs, and nothing comes from elsewhere", () => {
    const { svg } = draw(lferLdl);
    assert.not.match(
      svg.replace('xmlns="http://www.w3.org/2000/svg"', ""),
      /https?:|url\(|@import|<script|<image|<use|href|\son\w+=/,
    );
    const picture = parseXml(svg);
    assert.is(picture.attributes.role, "img");
    assert.match(picture.attributes["aria-label"] ?? "", /LferLdl: image 3x224x224/);
    assert.equal(
      picture.children.slice(0, 2).map(({ name }) => name),
      ["title", "desc"],
    );
  });

  test("notes say where in the source a layer stands", () => {
    const { svg } = draw(lferLdl, { locate: ({ file, start }) => `${file}@${start}` });
    assert.match(svg, /conv1\.conv\nconv2d \(channels: 29, [^<]*\nmodels\/lfer_ldl\.lfer@\d+<\/title>/);
  });

  test("colours are told apart from what lies behind them, by light and by dark", () => {
    const luminance = (colour: string): number => {
      const [r, g, b] = [1, 3, 5].map((at) => {
        const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
        return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const contrast = (a: string, b: string): number => {
      const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
      return (high + 0.05) / (low + 0.05);
    };
    for (const shade of ["light", "dark"] as const)
      for (const [ground, shades] of Object.entries(grounds)) {
        const behind = shades[shade];
        for (const [name, ink] of Object.entries(inks))
          assert.ok(contrast(ink[shade], behind) >= 4.5, `${name} on ${ground}, ${shade}`);
        for (const [name, mark] of Object.entries({ ...marks, link: lines.link }))
          assert.ok(contrast(mark[shade], behind) >= 3, `${name} on ${ground}, ${shade}`);
      }
  });
});
