import {
  EarlyExitException,
  EmbeddedActionsParser,
  EOF,
  type IOrAlt,
  type IParserConfig,
  type IRecognitionException,
  type ISerializedGast,
  type IToken,
  NoViableAltException,
  type ParserMethod,
  type SubruleMethodOpts,
  type TokenType,
} from "chevrotain";
import { vocabulary } from "../tokens.js";
import { alternatives, options } from "./look-ahead.js";

/** A rule of the grammar, as wrapped by Chevrotain: the argument of `SUBRULE`. */
export type Rule<R, ARGS extends unknown[] = []> = ParserMethod<ARGS, R>;

type Subrule = <R, ARGS extends unknown[]>(rule: ParserMethod<ARGS, R>, options?: SubruleMethodOpts<ARGS>) => R;

/**
 * The part of Chevrotain's parser that we use; check it at upgrades. Most of it is protected, and the second half private; our
 * rules are functions in other files.
 */
interface Chevrotain {
  RULE<F extends (...args: never[]) => unknown>(name: string, rule: F): ParserMethod<Parameters<F>, ReturnType<F>>;
  CONSUME(type: TokenType): IToken;
  CONSUME2(type: TokenType): IToken;
  OPTION<T>(part: () => T): T | undefined;
  OPTION2<T>(part: () => T): T | undefined;
  OR<T>(alternatives: IOrAlt<T>[]): T;
  OR2<T>(alternatives: IOrAlt<T>[]): T;
  OR3<T>(alternatives: IOrAlt<T>[]): T;
  MANY(part: () => void): void;
  MANY2(part: () => void): void;
  AT_LEAST_ONE(part: () => void): void;
  AT_LEAST_ONE2(part: () => void): void;
  AT_LEAST_ONE_SEP(options: { SEP: TokenType; DEF: () => void }): void;
  /** Runs `guard`, but not while the grammar is recorded, so that the recorded grammar is pure. */
  ACTION<T>(guard: () => T): T;
  /** The token `ahead` of the last consumed one; after the last one, the end of the file. */
  LA(ahead: number): IToken;
  SKIP_TOKEN(): IToken;
  performSelfAnalysis(): void;
  getSerializedGastProductions(): ISerializedGast[];
  input: IToken[];
  errors: IRecognitionException[];

  /** Whether rules are run to record their structure. */
  RECORDING_PHASE: boolean;
  selfAnalysisDone: boolean;
  /** The look-ahead functions, by their keys. */
  readonly lookAheadFuncsCache: Map<number, LookAhead>;
  LA_FAST(ahead: number): IToken;
  SAVE_ERROR<E extends Error>(error: E): E;
  /** Index of the last consumed token. */
  readonly currIdx: number;
  subruleIdx: number;
}

const Base = EmbeddedActionsParser as unknown as new (vocabulary: TokenType[], config: IParserConfig) => Chevrotain;

/** The methods that Chevrotain puts on the instance while it records the grammar. */
const recorded =
  /^(?:(?:CONSUME|SUBRULE|OPTION|OR|(?:MANY|AT_LEAST_ONE)(?:_SEP)?)\d?|consume|subrule|option|or|many|atLeastOne|ACTION|BACKTRACK|LA)$/;

/** The index of the alternative that the next token begins, if any; for an option or a repetition, whether to enter it. */
type LookAhead = (this: Pick<Chevrotain, "LA_FAST">) => number | boolean | undefined;

/** A look-ahead function; its table is built when first needed, because a file needs only some. */
function deciding<D extends number | boolean>(starts: readonly string[], of: (alternative: number) => D): LookAhead {
  let made: ReadonlyMap<number | undefined, D> | undefined;
  return function () {
    made ??= new Map(starts.flatMap((names, i) => names.split(" ").map((name) => [indices.get(name), of(i)] as const)));
    return made.get(this.LA_FAST(1).tokenTypeIdx);
  };
}

const indices = new Map([...vocabulary, EOF].map(({ name, tokenTypeIdx }) => [name, tokenTypeIdx]));

/** The properties of a Chevrotain rule, which is a function. */
interface Core<R> {
  readonly coreRule: (this: ChevrotainWrapper, ...args: readonly unknown[]) => R;
}

/**
 * The only file that depends on how Chevrotain works: that it records the grammar by running the rules once, which methods it
 * leaves on its instance then, and what it does when a token is missing.
 *
 * Its own resynchronisation is off: it would drop the half of the tree that was parsed, does not use our anchors, and its
 * follow sets cost start-up time. If a rule chooses by itself, it declares the grammar with {@link record};
 * test/syntax/ebnf.test.ts compares the two.
 */
export class ChevrotainWrapper extends Base {
  declare readonly SUBRULE2: Subrule;
  declare readonly SUBRULE3: Subrule;
  /** Makes the token that `CONSUME` did not find. */
  readonly #insteadOf: (wanted: TokenType) => IToken;

  constructor(validate: boolean, insteadOf: (wanted: TokenType) => IToken) {
    super([...vocabulary], {
      maxLookahead: 1,
      recoveryEnabled: false,
      skipValidations: !validate,
    });
    this.#insteadOf = insteadOf;
  }

  /**
   * Replaces `performSelfAnalysis`, which records the grammar and takes a twentieth of the time of a short command. The look-ahead
   * is generated from that record (look-ahead.ts); test/syntax/grammar.test.ts compares the two.
   */
  takeLookAhead(): void {
    this.selfAnalysisDone = true;
    for (const [key, starts] of alternatives)
      this.lookAheadFuncsCache.set(
        key,
        deciding(starts, (i) => i),
      );
    for (const [key, starts] of options)
      this.lookAheadFuncsCache.set(
        key,
        deciding([starts], () => true),
      );
  }

  /** The result of each look-ahead function, by its key, if the next token has this type. */
  decisionsAt(type: TokenType): ReadonlyMap<number, number | boolean | undefined> {
    const next = { image: "", startOffset: 0, tokenType: type, tokenTypeIdx: type.tokenTypeIdx as number };
    const parser = { LA_FAST: () => next };
    return new Map([...this.lookAheadFuncsCache].map(([key, decide]) => [key, decide.call(parser)]));
  }

  /** Chevrotain calls this if no alternative begins with the next token. Its own message needs the recorded grammar; we do not use it. */
  protected raiseNoAltException(): never {
    throw this.SAVE_ERROR(new NoViableAltException("", this.LA(1), this.LA(0)));
  }

  /** Chevrotain calls this if a repetition that needs one turn has none. */
  protected raiseEarlyExitException(): never {
    throw this.SAVE_ERROR(new EarlyExitException("", this.LA(1), this.LA(0)));
  }

  /** The grammar at this point, while it is recorded; undefined at run time, when the rule chooses by itself. */
  record<T>(part: () => T): T | undefined {
    return this.RECORDING_PHASE ? part() : undefined;
  }

  /**
   * `MANY` in the grammar. At run time `more` decides: it handles wrong texts, where Chevrotain's look-ahead only knows valid
   * ones, and takes 2 stack frames per level instead of 5.
   */
  repeat(more: () => boolean, turn: () => void): void {
    if (this.RECORDING_PHASE) this.MANY(turn);
    else while (more()) turn();
  }

  /** `AT_LEAST_ONE_SEP` in the grammar; at run time the first iteration always runs and reports what is missing. */
  separated(separator: TokenType, turn: () => void): void {
    if (this.RECORDING_PHASE) {
      this.AT_LEAST_ONE_SEP({ SEP: separator, DEF: turn });
      return;
    }
    for (turn(); this.LA(1).tokenType === separator; turn()) this.SKIP_TOKEN();
  }

  /** Like Chevrotain's, in 3 stack frames per rule instead of 4: 200 levels of calls must fit twice into Node's stack. */
  SUBRULE<R, ARGS extends unknown[]>(rule: ParserMethod<ARGS, R>, options?: SubruleMethodOpts<ARGS>): R {
    this.subruleIdx = 0;
    return (rule as unknown as Core<R>).coreRule.apply(this, options?.ARGS ?? []);
  }

  /** Chevrotain calls this if `CONSUME` finds another token. */
  protected consumeInternalRecovery(wanted: TokenType, _index: number, error: Error): IToken {
    if (error.name !== "MismatchedTokenException") throw error;
    // The exception is no longer needed: our reports have the user's wording.
    this.errors = [];
    return this.#insteadOf(wanted);
  }

  /**
   * Chevrotain deletes its recording methods from the instance, which makes every later access to it slow. Overwriting them
   * with the real methods keeps it fast.
   */
  protected disableRecording(): void {
    this.RECORDING_PHASE = false;
    const own = this as unknown as Record<string, unknown>;
    const inherited = Object.getPrototypeOf(this) as Record<string, unknown>;
    for (const key of Object.keys(own)) {
      if (recorded.test(key)) own[key] = inherited[key];
    }
  }
}
