import {
  EmbeddedActionsParser,
  type ILookaheadStrategy,
  type IOrAlt,
  type IParserConfig,
  type IRecognitionException,
  type ISerializedGast,
  type IToken,
  LLkLookaheadStrategy,
  type ParserMethod,
  type SubruleMethodOpts,
  type TokenType,
} from "chevrotain";
import { vocabulary } from "../tokens.js";

/** A rule of the grammar, as Chevrotain wraps it: what `SUBRULE` takes. */
export type Rule<R, ARGS extends unknown[] = []> = ParserMethod<ARGS, R>;

type Subrule = <R, ARGS extends unknown[]>(rule: ParserMethod<ARGS, R>, options?: SubruleMethodOpts<ARGS>) => R;

/**
 * What we use of Chevrotain's parser: an upgrade is held to this list. It keeps most of it for subclasses, and some of it, the
 * second half, to itself; our rules are functions and stand elsewhere.
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
  /** Runs `guard`, but not while the grammar is recorded: so the recorded grammar stays pure. */
  ACTION<T>(guard: () => T): T;
  /** The token `ahead` of the last one taken; behind the last one the end of the file. */
  LA(ahead: number): IToken;
  SKIP_TOKEN(): IToken;
  performSelfAnalysis(): void;
  getSerializedGastProductions(): ISerializedGast[];
  input: IToken[];
  errors: IRecognitionException[];

  /** Whether rules are run to find out what they consist of. */
  RECORDING_PHASE: boolean;
  /** Index of the last token taken. */
  readonly currIdx: number;
  subruleIdx: number;
}

const Base = EmbeddedActionsParser as unknown as new (vocabulary: TokenType[], config: IParserConfig) => Chevrotain;

/** The methods that Chevrotain puts on the instance while it records the grammar. */
const recorded =
  /^(?:(?:CONSUME|SUBRULE|OPTION|OR|(?:MANY|AT_LEAST_ONE)(?:_SEP)?)\d?|consume|subrule|option|or|many|atLeastOne|ACTION|BACKTRACK|LA)$/;

type Alternation = ReturnType<ILookaheadStrategy["buildLookaheadForAlternation"]>;
type Optional = ReturnType<ILookaheadStrategy["buildLookaheadForOptional"]>;

/**
 * Chevrotain's look-ahead by so many tokens, each piece of it made when it is first asked for: a file needs a part of them, and
 * making all takes some milliseconds of every process.
 */
function lazyLookahead(maxLookahead: number): ILookaheadStrategy {
  const whole = new LLkLookaheadStrategy({ maxLookahead });
  return {
    validate: (options) => whole.validate(options),
    // `this` is the parser, here and below.
    buildLookaheadForAlternation(options): Alternation {
      let made: Alternation | undefined;
      return function (this: unknown, alternatives?: IOrAlt<unknown>[]) {
        made ??= whole.buildLookaheadForAlternation(options);
        return made.call(this, alternatives);
      };
    },
    buildLookaheadForOptional(options): Optional {
      let made: Optional | undefined;
      return function (this: unknown) {
        made ??= whole.buildLookaheadForOptional(options);
        return made.call(this);
      };
    },
  };
}

/** What a rule of Chevrotain is besides a function. */
interface Core<R> {
  readonly coreRule: (this: ChevrotainWrapper, ...args: readonly unknown[]) => R;
}

/**
 * The one place that knows how Chevrotain works: that it records the grammar by running the rules once, what it leaves on its
 * instance then, and what it does when a token is missing.
 *
 * Its own resynchronisation is off: it would drop the half of the tree that was read, it knows nothing of our anchors, and its
 * follow sets cost start-up time. Where a rule decides by itself what comes, it says with {@link record} what the grammar has there;
 * test/syntax/ebnf.test.ts holds the one to the other.
 */
export class ChevrotainWrapper extends Base {
  declare readonly SUBRULE2: Subrule;
  declare readonly SUBRULE3: Subrule;
  /** Stands in for the token that `CONSUME` did not find. */
  readonly #insteadOf: (wanted: TokenType) => IToken;

  constructor(validate: boolean, insteadOf: (wanted: TokenType) => IToken) {
    super([...vocabulary], {
      maxLookahead: 1,
      lookaheadStrategy: lazyLookahead(1),
      recoveryEnabled: false,
      skipValidations: !validate,
    });
    this.#insteadOf = insteadOf;
  }

  /** What stands here by the grammar, while it is recorded; at run time undefined, and the rule decides by itself. */
  record<T>(part: () => T): T | undefined {
    return this.RECORDING_PHASE ? part() : undefined;
  }

  /**
   * `MANY` in the grammar. At run time `more` decides, which is total where Chevrotain's look-ahead knows right texts
   * only, and takes 2 stack frames a level instead of 5.
   */
  repeat(more: () => boolean, turn: () => void): void {
    if (this.RECORDING_PHASE) this.MANY(turn);
    else while (more()) turn();
  }

  /** `AT_LEAST_ONE_SEP` in the grammar; at run time the first turn is taken whatever comes: it reports what is missing. */
  separated(separator: TokenType, turn: () => void): void {
    if (this.RECORDING_PHASE) {
      this.AT_LEAST_ONE_SEP({ SEP: separator, DEF: turn });
      return;
    }
    for (turn(); this.LA(1).tokenType === separator; turn()) this.SKIP_TOKEN();
  }

  /** As Chevrotain's, in 3 stack frames a rule instead of 4: 200 levels of calls must fit twice into Node's stack. */
  SUBRULE<R, ARGS extends unknown[]>(rule: ParserMethod<ARGS, R>, options?: SubruleMethodOpts<ARGS>): R {
    this.subruleIdx = 0;
    return (rule as unknown as Core<R>).coreRule.apply(this, options?.ARGS ?? []);
  }

  /** Chevrotain calls this when `CONSUME` meets another token. */
  protected consumeInternalRecovery(wanted: TokenType, _index: number, error: Error): IToken {
    if (error.name !== "MismatchedTokenException") throw error;
    // The exception has done its work: our reports have the user's wording.
    this.errors = [];
    return this.#insteadOf(wanted);
  }

  /**
   * Chevrotain deletes its recording methods from the instance, which makes every later access to it slow. Putting the
   * real methods over them instead keeps it fast.
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
