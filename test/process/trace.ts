/**
 * The effects of a process on files and sockets, by strace: every call that could create, write, rename or remove a file, or reach
 * another machine, of every thread and every child. Linux only; needs permission to trace one's own children.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** One system call. `paths` are absolute. */
export interface Call {
  readonly kind: "write" | "socket";
  readonly paths: readonly string[];
  /** The call as printed by strace. */
  readonly text: string;
}

export interface Traced {
  readonly calls: readonly Call[];
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** When to interrupt a process that does not end by itself, as by Ctrl-C. */
export type Stop = { readonly afterMs: number } | { readonly said: RegExp };

export interface TraceRequest {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where strace may write; must not be where the process may. */
  readonly log: string;
  readonly input?: string | undefined;
  readonly stop?: Stop | undefined;
}

const opening = ["open", "openat", "openat2", "creat"];
const changing = [
  ...["mkdir", "mkdirat", "mknod", "mknodat", "rmdir", "unlink", "unlinkat", "truncate"],
  ...["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"],
  ...["chmod", "fchmodat", "chown", "lchown", "fchownat", "utime", "utimes", "utimensat", "futimesat"],
  ...["setxattr", "lsetxattr", "removexattr", "lremovexattr"],
];
const networking = ["socket", "socketpair", "connect", "bind", "listen", "sendto", "sendmsg", "sendmmsg"];
/** Calls that would make the rest of a trace incomplete. */
const hiding = ["chdir", "fchdir", "chroot"];

// Work queued in an io_uring is not a call, so it is disabled, as in an old kernel; libuv works without it.
const noRings = ["-e", "inject=io_uring_setup:error=ENOSYS"];

// The question mark is for names that do not exist on every processor.
const traced = [...opening, ...changing, ...networking, ...hiding].map((name) => `?${name}`).join(",");

/** Files that the name resolver reads, and nothing else does. */
const resolverFiles = new Set(["/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf"]);

const line = /^(\w+)\((.*)\) += (-?\d+|\?)/;
/** A folder's descriptor with its path, as -y prints it, and a string. */
const path = /(?:(?:AT_FDCWD|\d+)<((?:[^<>\\]|\\.)*)>, )?"((?:[^"\\]|\\.)*)"(?:\.\.\.)?/g;

const unescaped = (text: string): string =>
  text.replace(/\\(?:(["\\])|n)/g, (_, plain: string | undefined) => plain ?? "\n");

/** The effect of one line of a trace; undefined if it is irrelevant, or the process was stopped in the middle of it. */
export function parseCall(text: string, cwd: string): Call | undefined {
  const [, name = "", args = ""] = line.exec(text) ?? [];
  if (name === "") {
    // A signal, or the end of the thread.
    if (/^(?:---|\+\+\+|strace: )/.test(text) || text === "") return undefined;
    // A call that never returned counts with its intended effect.
    const cut = /^(\w+)\((.*?)(?: <unfinished \.\.\.>| <detached \.\.\.>)?$/.exec(text);
    if (cut === null) throw new Error(`strace wrote a line that is not understood: ${text}`);
    return parseCall(`${cut[1]}(${cut[2]}) = ?`, cwd);
  }
  const found = [...args.matchAll(path)].map(([, folder, rest = ""]) => resolve(folder ?? cwd, unescaped(rest)));
  if (hiding.includes(name)) return { kind: "write", paths: found, text };
  if (networking.includes(name)) {
    // Pipes between lferc and its own processes, which libuv makes of socket pairs: they have no address.
    const isPair = name === "socketpair" && args.startsWith("AF_UNIX");
    const isOnPair = name === "sendmsg" && args.includes("msg_name=NULL");
    return isPair || isOnPair ? undefined : { kind: "socket", paths: [], text };
  }
  if (opening.includes(name)) {
    if (resolverFiles.has(found[0] ?? "")) return { kind: "socket", paths: found, text };
    const writes = name === "creat" || /\bO_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b/.test(args);
    if (!writes) return undefined;
  } else if (!changing.includes(name)) return undefined;
  return { kind: "write", paths: found, text };
}

/** Runs a command to its end. The environment is only what is given. */
export async function trace({ command, cwd, env, log, input, stop }: TraceRequest): Promise<Traced> {
  mkdirSync(log, { recursive: true });
  // -ff: a file for each thread, so that no call is split by another's; -y: descriptors with paths.
  const options = [
    "-ff",
    "--seccomp-bpf",
    "-qq",
    "-y",
    "-s",
    "4096",
    "-e",
    `trace=${traced}`,
    "-e",
    "signal=none",
    ...noRings,
  ];
  const child = spawn("strace", [...options, "-o", join(log, "t"), "--", ...command], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    // In its own process group, to be interrupted as by a terminal; strace itself waits for the traced process.
    detached: true,
  });
  const said = { stdout: "", stderr: "" };
  let isStopped = false;
  const interrupt = (): void => {
    if (isStopped || child.pid === undefined) return;
    isStopped = true;
    process.kill(-child.pid, "SIGINT");
  };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      if (stop !== undefined && "said" in stop && stop.said.test(said[name])) interrupt();
    });
  }
  const timer = stop !== undefined && "afterMs" in stop ? setTimeout(interrupt, stop.afterMs) : undefined;
  child.stdin.end(input ?? "");
  const code = await new Promise<number | null>((settle, reject) => {
    child.once("error", reject);
    child.once("close", settle);
  });
  clearTimeout(timer);
  const calls = readdirSync(log).flatMap((file) =>
    readFileSync(join(log, file), "utf8")
      .split("\n")
      .flatMap((text) => parseCall(text, cwd) ?? []),
  );
  return { calls, code, ...said };
}
