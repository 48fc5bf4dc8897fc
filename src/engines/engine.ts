/** What runs training steps and evaluates networks: one interface for every engine, from ONNX Runtime to TensorFlow.js. */
import { availableParallelism } from "node:os";
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";

/** Row-major numbers of one tensor; shapes are the graph's. */
export type Values = Float32Array;

export interface StepOptions {
  /** What the slots hold at first, by name, complete. */
  readonly state: ReadonlyMap<string, Values>;
  /** As many as the machine has cores unless told. */
  readonly threads?: number | undefined;
  /** Milliseconds that threads which do not run steps have worked so far: how an engine knows what else wants the cores. */
  readonly besides?: (() => number) | undefined;
  /** Where a profile of the runs is written, by an engine that can: ONNX Runtime's, as `PREFIX_TIME.json`. */
  readonly profilePrefix?: string | undefined;
}

/** A compiled step with its state: parameters, statistics, what the optimiser remembers. */
export interface RunningStep {
  /** How the step is run, for people: `ort, blocks of 16`. */
  readonly description: string;
  /** One step on one batch, by input name; gives the graph's outputs by name. The state moves on. One call at a time. */
  run(batch: ReadonlyMap<string, Values>): Promise<ReadonlyMap<string, Values>>;
  /** A copy of the state, by slot name: read back from wherever the engine keeps it. */
  state(): Promise<ReadonlyMap<string, Values>>;
  /** Puts another state in the place of the one there, complete: steps for other sizes of batch go on with it. */
  restore(state: ReadonlyMap<string, Values>): Promise<void>;
  dispose(): Promise<void>;
}

export interface EvaluatorOptions {
  /** What the slots hold, by name, complete. */
  readonly weights: ReadonlyMap<string, Values>;
  /** As many as the machine has cores unless told. */
  readonly threads?: number | undefined;
}

/** A network that is asked, not trained: its weights stay as they are. */
export interface Evaluator {
  /** The graph's outputs by name, for inputs of `batch` samples (the graph's N). One call at a time. */
  run(inputs: ReadonlyMap<string, Values>, batch: number): Promise<ReadonlyMap<string, Values>>;
  dispose(): Promise<void>;
}

/** What an engine has found on this machine. */
export interface Found {
  /** Of the library that runs the steps. */
  readonly version: string;
  /** What they run on, for people: `CPU, libtensorflow 2.13.1`. */
  readonly device: string;
  /** How many threads a step has, where that is known before it runs. */
  readonly threads?: number;
}

/** Whether the engine's steps, by so many threads, leave no core of this machine free. */
export const usesAllCores = (
  { runsOnProcessor, fixedThreads }: Pick<Engine, "runsOnProcessor" | "fixedThreads">,
  threads: number | undefined,
  cores: number = availableParallelism(),
): boolean => runsOnProcessor && (fixedThreads ?? threads ?? cores) >= cores;

export interface Engine {
  readonly name: string;
  /** What it needs where it is not found, in few words or as the command that installs it. */
  readonly needs: string;
  /** Whether its steps run on this machine's processor; else, on a GPU, its cores are free meanwhile. */
  readonly runsOnProcessor: boolean;
  /** How many threads it has, where that cannot be chosen. */
  readonly fixedThreads?: number;
  /**
   * What runs steps on this machine; or what hinders it, and what to install. Found out by trying, with the threads that steps
   * will be given: some libraries are told once, when they are loaded.
   */
  found(threads?: number): Promise<Found | Problem>;
  /** Compiles a training step (its batch bound; slots say what is `next`), or says why it cannot run here. */
  create(step: Graph, options: StepOptions): Promise<RunningStep | Problem>;
  /** Compiles a network as inference sees it (its batch not bound), or says why it cannot run here. */
  evaluator(graph: Graph, options: EvaluatorOptions): Promise<Evaluator | Problem>;
}
