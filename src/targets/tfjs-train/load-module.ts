/** Loads a printed module in this process, as a user who imports its file does. */

/** A tensor of the TensorFlow.js that the module was given. */
export interface ModuleTensor {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

type Numbers = Readonly<Record<string, Float32Array>>;

/** What a verification needs of TensorFlow.js besides what the module calls. */
export interface Tfjs {
  getBackend(): string;
}

export interface StepModule {
  createStep(tf: Tfjs): {
    step(
      state: readonly ModuleTensor[],
      batch: Numbers,
    ): { readonly state: readonly ModuleTensor[]; readonly outputs: Readonly<Record<string, ModuleTensor>> };
    dispose(): void;
  };
  initialValues(): Numbers;
  initialState(tf: Tfjs, values?: Numbers): readonly ModuleTensor[];
  readState(state: readonly ModuleTensor[]): Promise<Numbers>;
}

export async function loadModule(text: string): Promise<StepModule> {
  const address = `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`;
  return (await import(address)) as StepModule;
}
