// The address from which the workflow of `lferc init` installs lferc: exactly what the user gave, or none.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { workflowPath } from "../../src/cli/init-workflow.js";
import { type InstallAddress, readInstallAddress } from "../../src/cli/install-address.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { stepsOf } from "./workflow-steps.js";

const commit = "0123456789abcdef0123456789abcdef01234567";
const addresses = [
  "https://example.org/lfer-0.1.0.tgz",
  "https://example.org:8443/a/b%20c/lfer.tar.gz",
  `git+https://example.org/someone/lfer.git#${commit}`,
  "git+https://example.org/lfer",
  `git+ssh://git@example.org/someone/lfer.git#${commit}`,
  `github:some-one/lfer.js#${commit}`,
] as const;

/** Addresses that must be rejected for a shell, YAML or GitHub's expressions, and addresses that are accepted. */
const refused = [
  ...["lfer", "lfer@0.1.0", "@you/lfer", "npm:lfer", "you/lfer", "*", "latest", ".", "..", "/", "-g", "--global"],
  ...["http://example.org/lfer.tgz", "https://example.org/lfer", "https://user:secret@example.org/lfer.tgz"],
  ...["https://example.org/lfer.tgz?token=secret", "https:///lfer.tgz", "https://-x/lfer.tgz", "file:tools/lfer.tgz"],
  ...[
    "git://example.org/lfer.git",
    "git+http://example.org/lfer.git",
    "git+file:///lfer.git",
    "ssh://example.org/lfer",
  ],
  ...["git+ssh://git:secret@example.org/lfer.git", "git+ssh://-oProxyCommand=x/lfer.git", "gitlab:you/lfer"],
  ...["github:you", "github:you/lfer#", "github:you/lfer#-x", "github:you/lfer#a b", "github:-x/lfer", "github:a/b/c"],
  ...addresses.flatMap((address) => [
    ...[
      '"',
      "'",
      "`",
      "\\",
      ";",
      "|",
      "&",
      "$(id)",
      "$HOME",
      "$" + "{{ github.token }}",
      "\n",
      "\r",
      "\0",
      " x",
      ">x",
    ].map((sign) => `${address}${sign}`),
    ...['" && id "', "\nx", "$(id)"].map((text) => address.replace("/", `${text}/`)),
  ]),
  ..."tools/lfer.tgz;id $(id).tgz a'b.tgz a\"b.tgz a\nb.tgz gone.tgz folder.tgz ../outside.tgz /outside.tgz".split(" "),
];

const workflowOf = (folder: string): string => readFileSync(join(folder, workflowPath), "utf8");

/** Runs the workflow's first step in bash as GitHub does, with an npm that only prints its arguments. */
function install(
  cwd: string,
  yaml: string,
): { readonly code: number | null; readonly npm: string; readonly said: string } {
  const [step = ""] = stepsOf(yaml);
  // The value that GitHub reads from the YAML; a JSON string is valid YAML.
  const [, address = ""] = /^ {2}LFER: (.*)$/m.exec(yaml) ?? [];
  mkdirSync(join(cwd, "bin"), { recursive: true });
  writeFileSync(join(cwd, "bin/npm"), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  chmodSync(join(cwd, "bin/npm"), 0o755);
  const env = {
    PATH: `${join(cwd, "bin")}:${process.env.PATH ?? ""}`,
    LFER: JSON.parse(address) as string,
    GITHUB_WORKSPACE: "/repository",
    GITHUB_PATH: join(cwd, "path"),
    RUNNER_TEMP: "/temp",
  };
  const ran = spawnSync("bash", ["-e", "-c", step], { cwd, env, encoding: "utf8" });
  return { code: ran.status, npm: ran.stdout, said: ran.stdout + ran.stderr };
}

suite("lferc init --from", (test) => {
  test("the address comes to npm as it was said, and lferc from there is what the steps run", () =>
    inFolder({}, (cwd) => {
      for (const [i, address] of addresses.entries()) {
        const made = runLferc(["init", `f${i}`, "--from", address], { cwd });
        assert.is(made.code, 0, made.stderr);
        const ran = install(cwd, workflowOf(join(cwd, `f${i}`)));
        assert.equal([ran.code, ran.npm], [0, `install\n--prefix\n/temp/lfer\n--omit=optional\n--\n${address}\n`]);
        assert.is(readFileSync(join(cwd, "path"), "utf8").split("\n").at(-2), "/temp/lfer/node_modules/.bin");
        assert.ok(readFileSync(join(cwd, `f${i}/README.md`), "utf8").includes(`npm install --save-dev ${address}\``));
        assert.is(made.stderr.includes("names no commit"), address === "git+https://example.org/lfer", address);
      }
    }));

  test("a tarball of the repository, seen from where one stands, is found from the repository's top", () =>
    inFolder({ "sub/tools/lfer-0.1.0.tgz": "", ".git/x": "" }, (cwd) => {
      const made = runLferc(["init", "face", "--from", "tools/lfer-0.1.0.tgz"], { cwd: join(cwd, "sub") });
      assert.is(made.code, 0, made.stderr);
      const ran = install(cwd, workflowOf(join(cwd, "sub/face")));
      assert.equal([ran.code, ran.npm.split("\n").at(-2)], [0, "/repository/./sub/tools/lfer-0.1.0.tgz"]);
      const readme = readFileSync(join(cwd, "sub/face/README.md"), "utf8");
      assert.ok(readme.includes("npm install --save-dev ../tools/lfer-0.1.0.tgz`"), readme);
    }));

  test("a bare name, which anybody may take, and all that is more than an address are refused; nothing is written", () =>
    inFolder({ "r/tools/lfer.tgz": "", "r/folder.tgz/x": "", "outside.tgz": "" }, (cwd) => {
      const top = join(cwd, "r");
      assert.is((readInstallAddress("tools/lfer.tgz", top, top) as InstallAddress).text, "./tools/lfer.tgz");
      for (const address of refused) {
        const found = readInstallAddress(address, top, top);
        assert.ok(isProblem(found), JSON.stringify(address));
        assert.is(isProblem(found) && found.diagnose({}).code, "tool/bad-address");
      }
      const ran = runLferc(["init", "face", "--from", "lfer"], { cwd: top });
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["tool/bad-address"]]);
      assert.not.ok(existsSync(join(top, "face")));
      for (const text of [
        `https://example.org/${"a".repeat(1e6)}.tgz`,
        `${"a".repeat(300)}.tgz`,
        "tools/lfer.tgz/a.tgz",
      ]) {
        assert.ok(isProblem(readInstallAddress(text, top, top)));
      }
    }));

  test("a workflow that is kept is not changed, and that is said", () =>
    inFolder({ [workflowPath]: "mine" }, (cwd) => {
      const made = runLferc(["init", "--keep", "--from", addresses[0]], { cwd });
      assert.is(made.code, 0, made.stderr);
      assert.match(made.stderr, "--from did not change it");
      assert.is(workflowOf(cwd), "mine");
    }));

  test("without it the workflow installs nothing, and both say what is to be filled in", () =>
    inFolder({}, (cwd) => {
      const made = runLferc(["init"], { cwd });
      assert.match(made.stderr, "fill in LFER there");
      const yaml = workflowOf(cwd);
      const ran = install(cwd, yaml);
      assert.is(ran.code, 1);
      assert.match(ran.said, "does not say where lferc is installed from");
      for (const bare of ["lfer", "lfer@1.0.0", "you/lfer", "-g", "x.tgz"]) {
        const filled = install(cwd, yaml.replace('LFER: ""', `LFER: ${JSON.stringify(bare)}`));
        assert.equal([filled.code, /^install$/m.test(filled.npm)], [1, false], bare);
      }
    }));
});
