/** Runs training steps and evaluates networks: one interface for every engine, from ONNX Runtime to TensorFlow.js. */
import { availableParallelism } from "node:os";
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";

/** The values of one tensor, row-major; shapes are the graph's. */
export type Values = Float32Array;

export interface StepOptions {
  /** The initial values of all slots, by name. */
  readonly state: ReadonlyMap<string, Values>;
  /** By default, the number of cores. */
  readonly threads?: number | undefined;
  /** CPU time, in milliseconds, of this process's threads that do not run steps: an engine counts it as load by others. */
  readonly besides?: (() => number) | undefined;
  /** Where to write a profile, for engines that can: ONNX Runtime's, as `PREFIX_TIME.json`. */
  readonly profilePrefix?: string | undefined;
}

/** A compiled step with its state: parameters, running statistics, optimiser state. */
export interface RunningStep {
  /** How the step runs, for display: `ort, blocks of 16`. */
  readonly description: string;
  /** Runs one step on one batch, by input name; returns the outputs by name and updates the state. One call at a time. */
  run(batch: ReadonlyMap<string, Values>): Promise<ReadonlyMap<string, Values>>;
  /** A copy of the whole state, by slot name. */
  state(): Promise<ReadonlyMap<string, Values>>;
  /** Replaces the whole state: a step compiled for another batch size continues with it. */
  restore(state: ReadonlyMap<string, Values>): Promise<void>;
  dispose(): Promise<void>;
}

export interface EvaluatorOptions {
  /** The values of all slots, by name. */
  readonly weights: ReadonlyMap<string, Values>;
  /** By default, the number of cores. */
  readonly threads?: number | undefined;
}

/** A network for inference: its weights are constant. */
export interface Evaluator {
  /** Returns the outputs by name, for inputs of `batch` samples (the graph's N). One call at a time. */
  run(inputs: ReadonlyMap<string, Values>, batch: number): Promise<ReadonlyMap<string, Values>>;
  dispose(): Promise<void>;
}

/** What an engine found on this machine. */
export interface Found {
  /** The version of the library that runs the steps. */
  readonly version: string;
  /** The device, for display: `CPU, libtensorflow 2.13.1`. */
  readonly device: string;
  /** The number of threads of a step, if it is known before running one. */
  readonly threads?: number;
}

/** Whether the engine's steps, with this many threads, use all cores of this machine. */
export const usesAllCores = (
  { runsOnProcessor, fixedThreads }: Pick<Engine, "runsOnProcessor" | "fixedThreads">,
  threads: number | undefined,
  cores: number = availableParallelism(),
): boolean => runsOnProcessor && (fixedThreads ?? threads ?? cores) >= cores;

export interface Engine {
  readonly name: string;
  /** What to install if it is not found: in a few words, or as a command. */
  readonly needs: string;
  /** Whether its steps run on the CPU; if they run on a GPU, the cores are free meanwhile. */
  readonly runsOnProcessor: boolean;
  /** The number of threads, if it cannot be chosen. */
  readonly fixedThreads?: number;
  /**
   * The device that runs steps on this machine; or why there is none, and what to install. Found by trying, with the same threads as
   * the steps: some libraries read that number only once, when they are loaded.
   */
  found(threads?: number): Promise<Found | Problem>;
  /** Compiles a training step (batch bound; slots have a `next`), or returns why it cannot run here. */
  create(step: Graph, options: StepOptions): Promise<RunningStep | Problem>;
  /** Compiles a network in inference form (batch not bound), or returns why it cannot run here. */
  evaluator(graph: Graph, options: EvaluatorOptions): Promise<Evaluator | Problem>;
}
