// What people type who come from other tools, and files of other kinds: one message that says what to type here.
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { commandMeant, flagMeant } from "../../src/cli/other-words.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = `lfer 1

model Small(size: int = 32) {
  input image: float32[N, 3, size, size]
  logits = image -> conv(8)
  output logits
}
`;
const png = Uint8Array.from(Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "base64"));
const files = {
  "small.lfer": model,
  "two.lfer": `${model}\nvariant wide = Small(size: 64)\n`,
  "net.py": "import torch\nfrom torch import nn\n",
  "net.ipynb": "{}",
  "empty.lfer": "",
  "remarks.lfer": "lfer 1\n\n// later\n",
  "w.pth": "PK\u0003\u0004",
  "w.safetensors": "",
  "notes.md": "# notes\n",
  "x.onnx": "",
  photo: png,
  "photo.jpg": png,
};

suite("words of other tools", (test) => {
  test("each is answered by a command that there is", () => {
    for (const word of "summary graph export new fit test infer benchmark compare".split(" ")) {
      const [name] = (commandMeant(word) ?? "").split(" ");
      assert.ok(
        commands.some((command) => command.name === name),
        word,
      );
    }
    assert.is(commandMeant("constructor"), undefined);
    const ran = runLferc(["summary", "small.lfer"]);
    assert.is(ran.code, 2);
    assert.match(ran.stderr, 'lferc has no command "summary". Did you mean "stats"?');
    assert.match(runLferc(["graph"]).stderr, 'Did you mean "build FILE -o graph.svg"?');
  });

  test("a flag is answered by one that the command has, or by what to do", async () => {
    for (const { name, load } of commands) {
      const module = await load();
      const { options } = declaredArguments(module);
      for (const word of ["--batch-size", "--ckpt", "--gpu", "--num_epochs", "--save-dir", "--json", "--input-size"]) {
        const [, flag] = /Did you mean "--(.*)"/.exec(flagMeant(name, module, [word])?.message ?? "") ?? [];
        assert.ok(flag === undefined || options.has(flag), `${name} ${word}`);
      }
      assert.is(flagMeant(name, module, ["--zzz"]), undefined);
      assert.is(flagMeant(name, module, ["--constructor"]), undefined);
    }
  });

  const lines: readonly (readonly [line: string, answer: RegExp])[] = [
    ["stats small.lfer --batch 4", /Counts are those of one picture/],
    ["stats small.lfer --input-size 64", /--set size=64/],
    ["stats small.lfer --json", /Did you mean "--format"/],
    ["build small.lfer -o x.onnx --dynamic-axes N", /open batch axis/],
    ["train small.lfer --ckpt w.pth", /Did you mean "--weights"/],
    ["train small.lfer --gpu 0", /Did you mean "--engine"/],
    ["train small.lfer --model Small", /names its network/],
    ["train small.lfer --save-dir runs", /Did you mean "--out"/],
    ["train small.lfer --momentum 0.9", /stands in the recipe/],
  ];
  for (const [line, answer] of lines) {
    test(line, () =>
      inFolder(files, (cwd) => {
        const ran = runLferc(line.split(" "), { cwd });
        assert.is(ran.code, 2);
        assert.match(ran.stderr, answer);
      }),
    );
  }

  test("--set of a command without recipes sets no recipe's parameter", () =>
    inFolder({ "m.lfer": `${model}\nrecipe R(batch: int = 8) {\n  student = Small\n}\n` }, (cwd) => {
      assert.match(runLferc(["stats", "m.lfer", "--batch", "4"], { cwd }).stderr, /Counts are those of one picture/);
    }));
});

suite("files of another kind", (test) => {
  const asked: readonly (readonly [line: string, said: string])[] = [
    ["check net.py", "net.py is a Python program, not a .lfer or .onnx file"],
    ["stats net.py", "net.py is a Python program, not a .lfer or .onnx file"],
    ["build net.py -o x.onnx", "net.py is a Python program, not a .lfer file"],
    ["train net.py", "net.py is a Python program, not a .lfer file"],
    ["train x.onnx", "x.onnx is an ONNX file, not a .lfer file"],
    ["fmt net.ipynb", "net.ipynb is a Jupyter notebook, not a .lfer file"],
    ["fmt x.onnx", "x.onnx is an ONNX file, not a .lfer file"],
    ["check photo", "photo is a picture, not a .lfer or .onnx file"],
    ["check w.pth", "w.pth is a PyTorch checkpoint, not a .lfer or .onnx file"],
    ["stats w.safetensors", "w.safetensors is a file of weights, not a .lfer or .onnx file"],
    ["build notes.md -o x.onnx", "notes.md is a Markdown text, not a .lfer file"],
    ["eval net.py --data .", "net.py is a Python program, not an ONNX file"],
    ["predict small.lfer photo.jpg", "small.lfer is a .lfer file, not an ONNX file"],
    ["predict photo.jpg small.lfer", "photo.jpg is a picture, not an ONNX file"],
    ["bench net.py", "net.py is a Python program, not a .lfer file"],
    ["init net.py", "net.py is a Python program, not a folder"],
    ["init x.onnx", "x.onnx is an ONNX file, not a folder"],
    ["init --onnx net.py", "net.py is a Python program, not an ONNX file"],
    ["data net.py", "net.py: it is not a folder"],
    ["check empty.lfer", "empty.lfer is empty"],
    ["stats empty.lfer", "empty.lfer is empty"],
    ["build empty.lfer -o x.onnx", "empty.lfer is empty"],
    ["train empty.lfer", "empty.lfer is empty"],
    ["check remarks.lfer", "remarks.lfer declares nothing: it holds only remarks"],
  ];
  for (const [line, said] of asked) {
    test(line, () =>
      inFolder(files, (cwd) => {
        const ran = runLferc(line.split(" "), { cwd });
        assert.is(ran.code, 1, ran.stderr);
        assert.ok(ran.stderr.includes(said), ran.stderr);
        assert.is(codesIn(ran.stderr).length, 1, ran.stderr);
      }),
    );
  }
});

suite("a file with a model and variants", (test) => {
  for (const args of [
    ["stats", "two.lfer"],
    ["build", "two.lfer", "-o", "x.svg"],
  ]) {
    test(`${args[0]} says which it took, unless it was named`, () =>
      inFolder(files, (cwd) => {
        const { stderr } = runLferc(args, { cwd });
        assert.match(stderr, "two.lfer: its model Small; --model takes another: wide\n");
        assert.not.match(runLferc([...args, "--model", "wide"], { cwd }).stderr, "its model");
        assert.not.match(runLferc([args[0] ?? "", "small.lfer", ...args.slice(2)], { cwd }).stderr, "its model");
      }));
  }
});
