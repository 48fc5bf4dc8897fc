import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commitOf } from "../../src/hosts/git-commit.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const commit = "0123456789abcdef0123456789abcdef01234567";
const other = "f".repeat(40);

const found = (files: Readonly<Record<string, string>>, change: (cwd: string) => void = () => undefined) =>
  inFolder(files, async (cwd) => {
    change(cwd);
    return commitOf(join(cwd, "project"));
  });

const onMain = { "project/.git/HEAD": "ref: refs/heads/main\n" };

suite("the commit of a project", (test) => {
  test("is what git itself says, also when its references are packed and when no branch is taken out", () =>
    inFolder({ "project/a.lfer": "lfer 1\n" }, async (cwd) => {
      const project = join(cwd, "project");
      const git = (...args: readonly string[]): string => {
        const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
        const author = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        const ran = spawnSync("git", [...author, ...args], { cwd: project, encoding: "utf8", env });
        assert.is(ran.status, 0, ran.stderr);
        return ran.stdout.trim();
      };
      if (spawnSync("git", ["--version"]).status !== 0) return;
      git("init", "--quiet");
      assert.is(await commitOf(project), undefined, "before the first commit");
      git("checkout", "--quiet", "-b", "work/a");
      git("add", ".");
      git("commit", "--quiet", "-m", "first");
      assert.is(await commitOf(project), git("rev-parse", "HEAD"));
      git("pack-refs", "--all");
      assert.is(await commitOf(project), git("rev-parse", "HEAD"));
      git("checkout", "--quiet", "--detach");
      assert.is(await commitOf(project), git("rev-parse", "HEAD"));
    }));

  test("a reference by itself goes before a packed one", async () => {
    const packed = { ...onMain, "project/.git/packed-refs": `# pack-refs\n${other} refs/heads/main\n^${commit}\n` };
    assert.is(await found(packed), other);
    assert.is(await found({ ...packed, "project/.git/refs/heads/main": `${commit}\n` }), commit);
  });

  test("a repository above the project, or none, is nobody's", async () => {
    assert.is(await found({ ".git/HEAD": `${commit}\n`, "project/package.json": "{}" }), undefined);
    assert.is(await found({ "project/package.json": "{}" }), undefined);
  });

  test("a file in the place of .git leads to another folder of the project, and never out of it", async () => {
    const within = { "project/.git": "gitdir: own/git\n", "project/own/git/HEAD": `${commit}\n` };
    assert.is(await found(within), commit);
    assert.is(await found({ "project/.git": "gitdir: ../git\n", "git/HEAD": `${commit}\n` }), undefined);
    const absolute = await inFolder({ "git/HEAD": commit, "project/a": "" }, async (cwd) => {
      writeFileSync(join(cwd, "project/.git"), `gitdir: ${join(cwd, "git")}\n`);
      return commitOf(join(cwd, "project"));
    });
    assert.is(absolute, undefined);
  });

  test("links lead nowhere outside", async () => {
    const files = { ...onMain, "secret/main": `${commit}\n`, "git/HEAD": `${commit}\n` };
    const linked = await found(files, (cwd) => symlinkSync(join(cwd, "secret"), join(cwd, "project/.git/refs")));
    assert.is(linked, undefined);
    const head = await found(files, (cwd) => {
      rmSync(join(cwd, "project/.git/HEAD"));
      symlinkSync("../../git/HEAD", join(cwd, "project/.git/HEAD"));
    });
    assert.is(head, undefined);
    const whole = await found(files, (cwd) => {
      rmSync(join(cwd, "project/.git"), { recursive: true });
      symlinkSync("../git", join(cwd, "project/.git"));
    });
    assert.is(whole, undefined);
  });

  for (const [what, head] of [
    ["a way upwards", "ref: refs/heads/../../../../secret"],
    ["a way from the root", "ref: /etc/passwd"],
    ["no reference at all", "ref: config"],
    ["control characters", "ref: refs/heads/\u001b[31m"],
    ["nothing", ""],
    ["too much", `ref: refs/heads/${"a".repeat(5000)}`],
    ["no commit", "0123456789abcdef"],
    ["itself", "ref: refs/heads/main/"],
  ] as const) {
    test(`HEAD with ${what}: none`, async () => {
      assert.is(
        await found({ "project/.git/HEAD": `${head}\n`, secret: commit, "project/.git/config": commit }),
        undefined,
      );
    });
  }

  test("a folder or something else in the place of a reference: none", async () => {
    assert.is(
      await found(onMain, (cwd) => mkdirSync(join(cwd, "project/.git/refs/heads/main"), { recursive: true })),
      undefined,
    );
    assert.is(await found({ ...onMain, "project/.git/refs/heads/main": "not a commit" }), undefined);
  });
});
