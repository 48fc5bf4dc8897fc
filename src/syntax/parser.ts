import type { IToken } from "chevrotain";
import { suggest } from "../diagnostics/suggest.js";
import type { Declaration, ImportDeclaration, SourceTree } from "./ast.js";
import type { NumberLiteral, StringLiteral } from "./ast-expressions.js";
import { beginsDeclaration, beginsStatement, type Classified, endOf } from "./classify.js";
import { DeclarationParser } from "./declaration-parser.js";
import { type Reports, reportExceptions } from "./parse-errors.js";
import {
  Binding,
  declarationKeywords,
  From,
  Import,
  keywords,
  LeftCurly,
  Lfer,
  Name,
  RightCurly,
  retag,
  StringToken,
  textOf,
} from "./tokens.js";

/** How other languages call our declarations. */
const foreignDeclarations: ReadonlyMap<string, string> = new Map([
  ["function", "fn"],
  ["func", "fn"],
  ["fun", "fn"],
  ["def", "fn"],
  ["class", "block"],
  ["module", "block"],
  ["layer", "block"],
  ["network", "model"],
  ["net", "model"],
  ["graph", "model"],
  ["let", "const"],
  ["var", "const"],
  ["val", "const"],
  ["from", "import"],
  ["use", "import"],
  ["using", "import"],
]);
const declarationWords = declarationKeywords.map(textOf);
/** The editions this compiler reads. */
const editions: readonly number[] = [1];

/** The rules of a whole file. */
export class LferParser extends DeclarationParser {
  #docs: readonly IToken[] = [];
  #nextDoc = 0;

  constructor(validate: boolean) {
    super(validate);
    this.performSelfAnalysis();
  }

  /** The tree of `source`; what is wrong goes to `reports`. */
  parse(file: string, text: string, reports: Reports, source: Classified, docs: readonly IToken[]): SourceTree {
    this.begin(file, text, reports, source);
    this.#docs = docs;
    this.#nextDoc = 0;
    try {
      const tree: SourceTree | undefined = this.sourceTree();
      reportExceptions(reports, this.errors, text.length);
      const empty = { edition: undefined, imports: [], declarations: [] };
      return tree ?? { kind: "SourceTree", file, ...empty, span: reports.span(0, text.length) };
    } finally {
      this.#docs = [];
      this.begin();
    }
  }

  readonly sourceTree = this.RULE("sourceFile", (): SourceTree => {
    const imports: ImportDeclaration[] = [];
    const declarations: Declaration[] = [];
    const edition = this.OPTION(() => {
      this.CONSUME(Lfer);
      const number = this.SUBRULE(this.number);
      this.ACTION(() => this.#judgeEdition(number));
      return number;
    });
    this.ACTION(() => this.#settleFile(undefined));
    this.MANY(() => {
      imports.push(this.SUBRULE(this.importDeclaration));
      this.ACTION(() => this.#settleFile(undefined));
    });
    this.MANY2(() => {
      declarations.push(this.SUBRULE(this.declaration));
      this.ACTION(() => this.#settleFile(imports));
    });
    const span = this.reports.span(0, this.text.length);
    return { kind: "SourceTree", file: this.file, edition, imports, declarations, span };
  });

  protected readonly importDeclaration = this.RULE("import", (): ImportDeclaration => {
    const start = this.startOffset;
    this.CONSUME(Import);
    this.open(this.LA(1), RightCurly);
    this.CONSUME(LeftCurly);
    const names = this.SUBRULE(this.names, { ARGS: ["a name to import"] });
    this.CONSUME(RightCurly);
    this.close();
    this.CONSUME(From);
    const from = this.ACTION(() => this.#missingPath()) ?? this.SUBRULE(this.string);
    return { kind: "ImportDeclaration", names, from, span: this.spanFrom(start) };
  });

  /** The `///` lines between the last token and what is declared next. */
  protected override takeDoc(): string | undefined {
    const after = this.endOffset;
    const before = this.startOffset;
    let lines: string[] | undefined;
    for (let doc = this.#docs[this.#nextDoc]; doc !== undefined; doc = this.#docs[this.#nextDoc]) {
      if (doc.startOffset > before) break;
      this.#nextDoc++;
      if (doc.startOffset < after) continue;
      lines ??= [];
      lines.push(doc.image.replace(/^\/\/\/ ?/, "").trimEnd());
    }
    return lines?.join("\n");
  }

  #judgeEdition(number: NumberLiteral): void {
    if (editions.includes(number.value) && number.text === String(number.value)) return;
    const holes = { edition: number.text, known: editions.join(", ") };
    this.reports.add("syntax/unknown-edition", holes, number.span.start, number.span.end);
  }

  /** Between declarations: skips what is none, takes a misspelt keyword for the right one, and imports that come late. */
  #settleFile(imports: ImportDeclaration[] | undefined): void {
    while (!this.atEnd) {
      const type = this.LA(1).tokenType;
      if (type === Import && imports !== undefined) {
        this.reportNext("syntax/late-import", {});
        imports.push(this.SUBRULE(this.importDeclaration));
      } else if (beginsDeclaration(type) || this.#mendDeclaration()) return;
      else {
        this.reportNext("syntax/expected-declaration", {
          found: this.describeNext(),
          isBinding: beginsStatement(type),
          isClosing: type === RightCurly,
        });
        while (!this.atEnd && !beginsDeclaration(this.LA(1).tokenType)) {
          this.skip();
          if (this.nextStartsLine && this.#meantDeclaration() !== undefined) break;
        }
      }
    }
  }

  /** The keyword that `modle` in `modle Net {` stands for. */
  #meantDeclaration(): string | undefined {
    const after = this.LA(2).tokenType;
    if (!this.atKind(Name) || !(after === Name || after === Binding)) return undefined;
    const word = this.LA(1).image;
    return foreignDeclarations.get(word) ?? suggest(word, declarationWords);
  }

  #mendDeclaration(): boolean {
    const suggestion = this.#meantDeclaration();
    const type = suggestion === undefined ? undefined : keywords.get(suggestion);
    if (suggestion === undefined || type === undefined || type === Import) return false;
    const word = this.LA(1).image;
    const span = this.reports.span(this.startOffset, endOf(this.LA(1)));
    const fix = { title: `Write \`${suggestion}\``, span, text: suggestion };
    this.reports.anchor(this.startOffset);
    this.reportNext("syntax/unknown-declaration", { word, suggestion }, { fix });
    this.takeAs(type);
    if (this.LA(2).tokenType === Binding) retag(this.LA(2), Name);
    return true;
  }

  #missingPath(): StringLiteral | undefined {
    if (this.at(StringToken)) return undefined;
    this.reportGap("syntax/expected-token", { expected: "a path in double quotes", found: this.describeNext() });
    return { kind: "StringLiteral", value: "", span: this.spanFrom(this.endOffset) };
  }
}
