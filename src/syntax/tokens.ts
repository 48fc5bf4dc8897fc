import { createToken, type IToken, type TokenType } from "chevrotain";

/** Every name, and any run of foreign letters: those are reported, then parsed as a name. */
export const Name = createToken({
  name: "NAME",
  // Excluded are U+00A0 (a space), U+00D7, the curly quotes, U+2028/9 and mathematical operators.
  pattern:
    /[A-Za-z_\u0080-\u009f\u00a1-\u00d6\u00d8-\u201b\u201e-\u2027\u202a-\u218f\u2200-\u2211\u2213-\u225f\u2261-\u2263\u2266-\ufefe\uff00-\uffff][\w\u0080-\u009f\u00a1-\u00d6\u00d8-\u201b\u201e-\u2027\u202a-\u218f\u2200-\u2211\u2213-\u225f\u2261-\u2263\u2266-\ufefe\uff00-\uffff]*/,
});

/** A {@link Name} that begins a binding, `NAME =` or `NAME, NAME =`: the anchor of error recovery. */
export const Binding = createToken({ name: "BINDING" });
/** A {@link Name} or keyword before the `:` of an argument or a parameter. */
export const Label = createToken({ name: "LABEL" });

/** Digits with `_`, fraction, exponent and one suffix. A `%` directly before an operand is the remainder; `ms` ends a word. */
export const NumberToken = createToken({
  name: "NUMBER",
  pattern: /[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?(?:[kMG]|ms(?!\w)|%(?![\w(]))?/,
});
export const StringToken = createToken({
  name: "STRING",
  pattern: /"[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*"/,
});

const keyword = (word: string, ...categories: TokenType[]): TokenType =>
  createToken({ name: word.toUpperCase(), label: word, categories });

/** Any infix operator. */
export const BinaryOperatorToken = createToken({ name: "OPERATOR" });

export const Lfer = keyword("lfer", Name);
export const Import = keyword("import");
export const From = keyword("from", Name);
export const Const = keyword("const");
export const Block = keyword("block");
export const Fn = keyword("fn");
export const Model = keyword("model");
export const Variant = keyword("variant");
export const Recipe = keyword("recipe");
export const Check = keyword("check");
export const On = keyword("on");
export const Input = keyword("input");
export const Output = keyword("output");
export const Share = keyword("share");
export const Weight = keyword("weight");
export const Require = keyword("require");
export const Return = keyword("return");
export const If = keyword("if");
export const Then = keyword("then");
export const Else = keyword("else");
export const For = keyword("for");
export const In = keyword("in");
export const Do = keyword("do");
export const As = keyword("as");
export const Within = keyword("within");
export const Training = keyword("training", Name);
/** Only where the phrase `allow(` can begin a statement or a declaration; elsewhere it is a name. */
export const Allow = keyword("allow");
export const Or = keyword("or", BinaryOperatorToken);
export const And = keyword("and", BinaryOperatorToken);
export const Not = keyword("not");
export const True = keyword("true");
export const False = keyword("false");
export const BatchN = createToken({ name: "BATCH", label: "N" });

const punctuation = (name: string, text: string, ...categories: TokenType[]): TokenType =>
  createToken({ name, label: text, pattern: text, categories });

export const Arrow = punctuation("ARROW", "->");
export const DotDot = punctuation("DOT_DOT", "..");
export const Dot = punctuation("DOT", ".");
export const Comma = punctuation("COMMA", ",");
export const Colon = punctuation("COLON", ":");
export const Bar = punctuation("BAR", "|");
export const Equals = punctuation("EQUALS", "=");
export const EqualEqual = punctuation("EQUAL_EQUAL", "==", BinaryOperatorToken);
export const NotEqual = punctuation("NOT_EQUAL", "!=", BinaryOperatorToken);
export const LessEqual = punctuation("LESS_EQUAL", "<=", BinaryOperatorToken);
export const GreaterEqual = punctuation("GREATER_EQUAL", ">=", BinaryOperatorToken);
export const Less = punctuation("LESS", "<", BinaryOperatorToken);
export const Greater = punctuation("GREATER", ">", BinaryOperatorToken);
export const Plus = punctuation("PLUS", "+", BinaryOperatorToken);
export const Minus = punctuation("MINUS", "-", BinaryOperatorToken);
export const StarStar = punctuation("STAR_STAR", "**", BinaryOperatorToken);
export const Star = punctuation("STAR", "*", BinaryOperatorToken);
export const Slash = punctuation("SLASH", "/", BinaryOperatorToken);
export const Percent = punctuation("PERCENT", "%", BinaryOperatorToken);
export const LeftParen = punctuation("LEFT_PAREN", "(");
export const RightParen = punctuation("RIGHT_PAREN", ")");
export const LeftSquare = punctuation("LEFT_SQUARE", "[");
export const RightSquare = punctuation("RIGHT_SQUARE", "]");
export const LeftCurly = punctuation("LEFT_CURLY", "{");
export const RightCurly = punctuation("RIGHT_CURLY", "}");

/** Scanned only where `//` must be Python's division: it is reported, and the text after it is still parsed. */
export const FloorDivision = createToken({ name: "FLOOR_DIVISION", label: "//", categories: [BinaryOperatorToken] });

/** Other languages' spellings of our operators. Tokens of their own, so that one message can name ours. */
const foreignOperators: ReadonlyMap<string, TokenType> = new Map([
  ["&&", And],
  ["||", Or],
  ["===", EqualEqual],
  ["!==", NotEqual],
  ["<>", NotEqual],
  ["=>", Arrow],
  ["|>", Arrow],
  ["=<", LessEqual],
  ["^", StarStar],
  ["!", Not],
  ["\u2192", Arrow],
  ["\u2264", LessEqual],
  ["\u2265", GreaterEqual],
  ["\u2260", NotEqual],
  ["\u00d7", Star],
  ["\u2212", Minus],
]);
/** The operator that is meant; extra characters, as in `====`, are included, so that they are not reported again. */
export const meantBy = (image: string): TokenType | undefined =>
  foreignOperators.get(image.replace(/^(===|!==|&&|\|\|).*$/, "$1"));
export const ForeignOperator = createToken({
  name: "FOREIGN_OPERATOR",
  pattern: /&&+|\|\|+|={3,}|!={2,}|<>|=>|\|>|=<(?!=)|\^|!(?!=)|[\u2190-\u2193\u00d7\u2212\u2260\u2264\u2265]/,
});
export const SingleQuoted = createToken({
  name: "SINGLE_QUOTED",
  pattern: /'[^'\n\r]*'|[\u201c\u201d][^\u201c\u201d\n\r]*[\u201c\u201d]/,
});
export const Unterminated = createToken({ name: "UNTERMINATED", pattern: /"[^\n\r]*/ });
export const ForeignComment = createToken({ name: "FOREIGN_COMMENT", pattern: /#[^\n\r]*|\/\*[^\n\r]*/ });

/** A line of documentation; a line of four slashes and more is a comment. */
export const Doc = createToken({ name: "DOC", pattern: /\/\/\/(?!\/)[^\n\r]*/ });

/** Words that begin a declaration: recovery restarts there. */
export const declarationKeywords: readonly TokenType[] = [Import, Const, Block, Fn, Model, Variant, Recipe, Check];
/** Words that begin a statement or a part of a model or body. */
export const statementKeywords: readonly TokenType[] = [Input, Output, Share, Weight, Require, Return];
/** Words inside expressions and declarations. */
export const innerKeywords: readonly TokenType[] = [
  Lfer,
  From,
  On,
  If,
  Then,
  Else,
  For,
  In,
  Do,
  As,
  Within,
  Training,
  Or,
  And,
  Not,
];
export const constantKeywords: readonly TokenType[] = [True, False, BatchN];

/** The text of a keyword, operator or bracket. */
export function textOf(type: TokenType): string {
  return type.LABEL ?? type.name;
}

/** Keywords by text. The lexer produces only names; `classify` distinguishes keywords. */
export const keywords: ReadonlyMap<string, TokenType> = new Map(
  [...declarationKeywords, ...statementKeywords, ...innerKeywords, ...constantKeywords].map((t) => [textOf(t), t]),
);

export const brackets: readonly TokenType[] = [LeftParen, RightParen, LeftSquare, RightSquare, LeftCurly, RightCurly];
export const operators: readonly TokenType[] = [
  Arrow,
  DotDot,
  Dot,
  Comma,
  Colon,
  Bar,
  EqualEqual,
  NotEqual,
  LessEqual,
  GreaterEqual,
  Less,
  Greater,
  Equals,
  Plus,
  Minus,
  StarStar,
  Star,
  Slash,
  Percent,
];

/** Every token type that reaches the parser. */
export const vocabulary: readonly TokenType[] = [
  Name,
  Binding,
  Label,
  NumberToken,
  StringToken,
  BinaryOperatorToken,
  FloorDivision,
  ...keywords.values(),
  Allow,
  ...operators,
  ...brackets,
];

/** Changes the type of `token` in place. */
export function retag(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx as number;
}
