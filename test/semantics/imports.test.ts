import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, graphOf, inModel, nodesOf } from "./one-model.js";

const using = (from: string, names = "Stem") =>
  inModel("logits = image -> Stem(8)", `import { ${names} } from "${from}"`);
const stem = "lfer 1\n\nblock Stem(channels: int) = conv(channels) -> act\nconst act = relu\n";

suite("semantics: imports", (test) => {
  test("names of another file, which keeps its own names to itself", async () => {
    const graph = await graphOf({ "main.lfer": using("./a/stem.lfer"), "a/stem.lfer": stem });
    assert.equal(nodesOf(graph), ["conv2d logits.conv", "relu logits.relu"]);
    assert.equal(await codesOf({ "main.lfer": `${using("./stem.lfer")}const b = act\n`, "stem.lfer": stem }), [
      "resolve/unknown-name",
    ]);
  });

  test("paths are relative to the file that imports", async () => {
    const files = {
      "main.lfer": using("./a/b/c.lfer"),
      "a/b/c.lfer": `lfer 1\n\nimport { Inner } from "../d.lfer"\n\nblock Stem(c: int) = Inner(c)\n`,
      "a/d.lfer": "lfer 1\n\nblock Inner(c: int) = conv(c)\n",
    };
    assert.is((await graphOf(files)).nodes.length, 1);
  });

  test("a folder of the project's own may be called std", async () => {
    assert.is((await graphOf({ "main.lfer": using("./std/stem.lfer"), "std/stem.lfer": stem })).nodes.length, 2);
    assert.equal(await codesOf({ "main.lfer": using("std/stem"), "std/stem.lfer": stem }), ["import/unknown-library"]);
  });

  test("what cannot be had is said at the import, and names from there are not missed again", async () => {
    const cases = {
      "./nowhere.lfer": "import/missing-file",
      "./stem": "import/no-lfer-file",
      "./.env": "import/no-lfer-file",
      "./": "import/no-lfer-file",
      "std/shufflenets": "import/unknown-library",
      "std/../stem": "import/unknown-library",
      "../stem.lfer": "import/outside-project",
      "./a/../../stem.lfer": "import/outside-project",
      "/etc/stem.lfer": "import/outside-project",
      "https://example.org/stem.lfer": "import/outside-project",
      "C:/stem.lfer": "import/outside-project",
    } as const;
    for (const [from, code] of Object.entries(cases)) {
      const text = using(from);
      expectDiagnostics(text, await diagnose(text), [{ code, at: "3:22" }]);
    }
  });

  test("a name that is not there, with what was meant", async () => {
    const files = {
      "main.lfer": inModel("logits = image -> Stm(8)", `import { Stm } from "./stem.lfer"`),
      "stem.lfer": stem,
    };
    expectDiagnostics(files, await diagnose(files), [
      { code: "import/unknown-name", at: "3:10", message: `Did you mean "Stem"?` },
    ]);
  });

  test("circles of files", async () => {
    const files = {
      "main.lfer": using("./a.lfer"),
      "a.lfer": `lfer 1\n\nimport { Inner } from "./b.lfer"\n\nblock Stem(c: int) = Inner(c)\n`,
      "b.lfer": `lfer 1\n\nimport { Stem } from "./a.lfer"\n\nblock Inner(c: int) = conv(c)\nblock Other = Stem(3)\n`,
    };
    expectDiagnostics(files, await diagnose(files), [
      { code: "import/cycle", at: "b.lfer:3:22", message: "a.lfer -> b.lfer -> a.lfer" },
    ]);
    const own = { "main.lfer": using("./main.lfer") };
    assert.equal(await codesOf(own), ["import/unknown-name", "import/cycle"]);
  });

  test("an imported name beside one of the file's own", async () => {
    const files = { "main.lfer": using("./stem.lfer").concat("block Stem(c: int) = conv(c)\n"), "stem.lfer": stem };
    assert.equal(await codesOf(files), ["resolve/duplicate-name"]);
  });

  test("mistakes in an imported file are said there", async () => {
    const files = { "main.lfer": using("./stem.lfer"), "stem.lfer": stem.replace("relu", "rellu") };
    expectDiagnostics(files, await diagnose(files), [{ code: "resolve/unknown-name", at: "stem.lfer:4:13" }]);
  });

  test("unused imports and bindings are warned of; a leading _ says that it is meant", async () => {
    const text = inModel(
      "side = image -> conv(8)\n_other = image -> conv(8)\na, b = split(image, axis: 2, parts: 2)\nlogits = a",
      `import { Unit, DownUnit } from "std/shufflenet"\nblock B = DownUnit(8)`,
    );
    expectDiagnostics(text, await diagnose(text), [
      { code: "lint/unused-import", at: "3:10" },
      { code: "lint/unused-declaration", at: "4:7" },
      { code: "lint/unused-binding", at: "8:3" },
    ]);
  });
});
