import type { BlockDeclaration } from "../syntax/ast.js";
import type { NetworkPart } from "./network.js";
import type { PathScope } from "./path-scope.js";
import type { Value } from "./values.js";

/** What an instantiation of a block came to. */
export interface MadeBlock {
  /** The number of its input, and its result. */
  readonly input: number;
  readonly result: Value;
  readonly part: NetworkPart;
  /** Its scope, and which of the scopes inside it are its own: other layers may have been applied in the same scope. */
  readonly scope: { readonly at: PathScope; readonly from: number; readonly to: number };
  /** What `training` was, where anything in it asked. */
  readonly training: boolean | undefined;
  /** The work that it took, and how deep the evaluation was when it began: from deeper, it might meet a limit. */
  readonly steps: number;
  readonly depth: number;
  readonly chain: number;
}

/** The blocks that one compilation has instantiated without a mistake: `expressions/repeated-blocks.ts` adds their nodes again. */
export class MadeBlocks {
  readonly #made = new Map<BlockDeclaration, Map<string, MadeBlock>>();

  find(declaration: BlockDeclaration, key: string): MadeBlock | undefined {
    return this.#made.get(declaration)?.get(key);
  }

  keep(declaration: BlockDeclaration, key: string, block: MadeBlock): void {
    const made = this.#made.get(declaration) ?? new Map<string, MadeBlock>();
    made.set(key, block);
    this.#made.set(declaration, made);
  }
}
