/** A headless browser, controlled through a pipe by the parts of the DevTools protocol that are needed to look at a page. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** The installed browser; undefined if there is none. */
export function findChromium(): string | undefined {
  return names.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
}

export interface LookOptions {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
  /** The addresses that the page may load besides its own; none by default. */
  readonly mayRequest?: (url: string) => boolean;
}

export interface Look {
  /** The browser's complaints: errors, rejected contents, dialogs, requests for anything but the file. */
  readonly complaints: readonly string[];
  /** The value of the script that was run in the page. */
  readonly value: unknown;
  /** PNG of the whole page. */
  readonly picture: Buffer;
}

export class Chromium {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: Json): void; reject(error: Error): void }>();
  readonly #listeners = new Set<(method: string, params: Json) => void>();
  #next = 1;
  #text = "";

  constructor(program: string, profile: string, more: readonly string[] = []) {
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      // WebGL without a GPU.
      "--enable-unsafe-swiftshader",
      "--remote-debugging-pipe",
      `--user-data-dir=${profile}`,
      ...more,
    ];
    this.#process = spawn(program, [...flags, "--no-first-run", "--disable-background-networking", "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const answers = this.#process.stdio[4] as Readable;
    answers.setEncoding("utf8");
    answers.on("data", (text: string) => this.#take(text));
    this.#process.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the browser has ended"));
    });
  }

  #take(text: string): void {
    const pieces = (this.#text + text).split("\0");
    this.#text = pieces.pop() ?? "";
    for (const piece of pieces) {
      const { id, method, params = {}, result = {}, error } = JSON.parse(piece) as Answer;
      if (id === undefined) for (const listen of this.#listeners) listen(method ?? "", params);
      else if (error !== undefined) this.#waiting.get(id)?.reject(new Error(error.message));
      else this.#waiting.get(id)?.resolve(result);
    }
  }

  #call(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** Loads a page and runs a script in it that returns JSON, or a promise of it. */
  async look(
    address: string,
    { width, height, scheme, mayRequest = () => false }: LookOptions,
    script: string,
  ): Promise<Look> {
    const { targetId } = await this.#call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#call("Target.attachToTarget", { targetId, flatten: true });
    const call = (method: string, params?: Json): Promise<Json> => this.#call(method, params, String(sessionId));
    const complaints: string[] = [];
    let loaded = (): void => undefined;
    const isLoaded = new Promise<void>((resolve) => {
      loaded = resolve;
    });
    const listen = (method: string, params: Json): void => {
      if (method === "Page.loadEventFired") loaded();
      if (method === "Log.entryAdded") complaints.push(String((params.entry as Json).text));
      if (method === "Runtime.exceptionThrown")
        complaints.push(`${method}: ${JSON.stringify(params.exceptionDetails)}`);
      if (method === "Runtime.consoleAPICalled") complaints.push(`${method}: ${JSON.stringify(params.args)}`);
      if (method === "Page.javascriptDialogOpening") {
        complaints.push(`a dialog: ${params.message}`);
        void call("Page.handleJavaScriptDialog", { accept: false });
      }
      const { url } = (params.request ?? {}) as { readonly url?: string };
      const isOwn = url === undefined || url === address || url.startsWith("data:") || mayRequest(url);
      if (method === "Network.requestWillBeSent" && !isOwn) complaints.push(`a request for ${url}`);
    };
    this.#listeners.add(listen);
    for (const domain of ["Page", "Log", "Runtime", "Network"]) await call(`${domain}.enable`);
    await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    await call("Page.navigate", { url: address });
    await isLoaded;
    const { result, exceptionDetails } = await call("Runtime.evaluate", {
      expression: script,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) complaints.push(JSON.stringify(exceptionDetails));
    const { data } = await call("Page.captureScreenshot", { captureBeyondViewport: true });
    this.#listeners.delete(listen);
    await this.#call("Target.closeTarget", { targetId });
    return { complaints, value: (result as Json | undefined)?.value, picture: Buffer.from(String(data), "base64") };
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#process.once("exit", () => resolve()));
    await this.#call("Browser.close").catch(() => undefined);
    await ended;
  }
}
