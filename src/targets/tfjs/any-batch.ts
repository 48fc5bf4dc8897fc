/**
 * A network as a function of any number of samples. Lowerings need all sizes, so the network is lowered for two numbers of samples and
 * the programs are compared. If a reshape differs in one size, that size is left open (-1). If anything else differs, the function is
 * for one sample only.
 */
import { invariant } from "../../diagnostics/invariant.js";
import type { Graph } from "../../ir/graph.js";
import { bindBatch } from "../../ops/bind-batch.js";
import type { Call, KernelCall, TfjsPort } from "../../ops/tfjs/calls.js";
import { compileStep } from "./compile.js";
import type { TfjsProgram } from "./tfjs-program.js";

/** Numbers of samples that equal no other size of a network, so that no match is accidental. */
const [few, many] = [10_007, 10_009] as const;

/** A size that depends on the number of samples: of a reshape, an input or an output. */
export const anySize = -1;

export interface AnyBatch {
  readonly program: TfjsProgram;
  /** What depends on the number of samples, so that the program takes one sample; undefined if it takes any number. */
  readonly tied: string | undefined;
}

/** Inference of a network whose N is open; its slots are constant state. */
export function compileForAnyBatch(graph: Graph): AnyBatch {
  const compileFor = (batch: number): TfjsProgram =>
    compileStep(bindBatch(graph, batch), { native: false, mapsAre: "channels last" });
  const [one, other] = [compileFor(few), compileFor(many)];
  const tied = differences(one, other);
  if (tied !== undefined) return { program: compileFor(1), tied };
  const open = (ports: readonly TfjsPort[], others: readonly TfjsPort[]): readonly TfjsPort[] =>
    ports.map((port, i) => ({ ...port, shape: opened(port.shape, others[i]?.shape ?? []) }));
  const program = {
    ...one,
    calls: one.calls.map((call, i) => openCall(call, other.calls[i] as Call)),
    inputs: open(one.inputs, other.inputs),
    outputs: open(one.outputs, other.outputs),
  };
  return { program, tied: undefined };
}

const opened = (sizes: readonly number[], others: readonly number[]): readonly number[] =>
  sizes.map((size, axis) => (size === others[axis] ? size : anySize));

function told(call: Call): Readonly<Record<string, unknown>> {
  invariant(call.kind !== "choice", `a choice of ${call.name} is left open`);
  return call.attributes;
}

const isReshape = (call: Call): call is KernelCall & { readonly attributes: { readonly shape: readonly number[] } } =>
  call.kind === "kernel" && call.name === "Reshape";

function openCall(call: Call, other: Call): Call {
  if (!isReshape(call) || !isReshape(other)) return call;
  return { ...call, attributes: { shape: opened(call.attributes.shape, other.attributes.shape) } };
}

/** As text, including infinities. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => {
    if (ArrayBuffer.isView(each)) return Array.from(each as Float32Array);
    return typeof each === "number" && !Number.isFinite(each) ? String(each) : each;
  });

/** A program without the attributes of its calls and the values of its weights. */
const frame = ({ calls, constants, state }: TfjsProgram): string =>
  textOf([
    calls.map((call) => ({ ...call, attributes: undefined })),
    constants,
    state.map(({ register, shape }) => [register, shape]),
  ]);

/** What depends on the number of samples, except one size of a reshape. */
function differences(one: TfjsProgram, other: TfjsProgram): string | undefined {
  if (frame(one) !== frame(other)) return "which kernels there are, or their constants";
  for (const [i, call] of one.calls.entries()) {
    const others = told(other.calls[i] as Call);
    const at = `${call.name} at ${call.path ?? "an output"}`;
    for (const [name, value] of Object.entries(told(call))) {
      if (textOf(value) === textOf(others[name])) continue;
      if (!isReshape(call)) return `${name} of ${at}`;
      const open = opened(call.attributes.shape, others.shape as readonly number[]).filter((size) => size === anySize);
      if (open.length > 1) return `${open.length} sizes of ${at}`;
    }
  }
  return undefined;
}
