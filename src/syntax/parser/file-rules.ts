import { suggest } from "../../diagnostics/suggest.js";
import type { Declaration, ImportDeclaration, SourceTree } from "../ast.js";
import type { NumberLiteral } from "../ast-expressions.js";
import { beginsDeclaration, beginsStatement, endOf } from "../classify.js";
import {
  Allow,
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
  textOf,
} from "../tokens.js";
import { stringOr } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";
import type { Rules } from "./rules.js";

/** Other languages' keywords for our declarations. */
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
/** The editions that this compiler supports. */
const editions: readonly number[] = [1];

/** A file: edition, imports, declarations. */
export function fileRules(p: Parsing, rules: Rules) {
  const { grammar: g } = p;

  const sourceTree = g.RULE("sourceFile", (): SourceTree => {
    const imports: ImportDeclaration[] = [];
    const declarations: Declaration[] = [];
    const edition = g.OPTION(() => {
      g.CONSUME(Lfer);
      const number = g.SUBRULE(rules.number);
      g.ACTION(() => judgeEdition(p, number));
      return number;
    });
    g.ACTION(() => settleFile(undefined));
    g.MANY(() => {
      imports.push(g.SUBRULE(rules.importDeclaration));
      g.ACTION(() => settleFile(undefined));
    });
    g.MANY2(() => {
      g.OR([
        { ALT: () => declarations.push(g.SUBRULE(rules.declaration)) },
        {
          ALT: () => {
            g.ACTION(() => p.keepDoc());
            g.SUBRULE(rules.allow);
          },
        },
      ]);
      g.ACTION(() => settleFile(imports));
    });
    const span = p.reports.span(0, p.text.length);
    return { kind: "SourceTree", file: p.file, edition, imports, declarations, allowances: p.allowances, span };
  });

  const importDeclaration = g.RULE("import", (): ImportDeclaration => {
    const start = p.startOffset;
    g.CONSUME(Import);
    p.open(p.LA(1), RightCurly);
    g.CONSUME(LeftCurly);
    const names = g.SUBRULE(rules.names, { ARGS: ["a name to import"] });
    g.CONSUME(RightCurly);
    p.close();
    g.CONSUME(From);
    const from = g.ACTION(() => stringOr(p, "a path in double quotes")) ?? g.SUBRULE(rules.string);
    return { kind: "ImportDeclaration", names, from, span: p.spanFrom(start) };
  });

  /** Between declarations: skips other text, replaces a misspelt keyword, and accepts late imports. */
  function settleFile(imports: ImportDeclaration[] | undefined): void {
    while (!p.atEnd) {
      const type = p.LA(1).tokenType;
      if (type === Import && imports !== undefined) {
        p.reportNext("syntax/late-import", {});
        imports.push(g.SUBRULE(rules.importDeclaration));
      } else if (beginsDeclaration(type) || type === Allow || mendDeclaration(p)) return;
      else {
        p.reportNext("syntax/expected-declaration", {
          found: p.describeNext(),
          isBinding: beginsStatement(type),
          isClosing: type === RightCurly,
        });
        while (!p.atEnd && !p.at(Allow) && !beginsDeclaration(p.LA(1).tokenType)) {
          p.skip();
          if (p.nextStartsLine && meantDeclaration(p) !== undefined) break;
        }
      }
    }
  }

  return { sourceTree, importDeclaration };
}

function judgeEdition(p: Parsing, number: NumberLiteral): void {
  if (editions.includes(number.value) && number.text === String(number.value)) return;
  const holes = { edition: number.text, known: editions.join(", ") };
  p.reports.add("syntax/unknown-edition", holes, number.span.start, number.span.end);
}

/** The keyword meant by `modle` in `modle Net {`. */
function meantDeclaration(p: Parsing): string | undefined {
  const after = p.LA(2).tokenType;
  if (!p.atKind(Name) || !(after === Name || after === Binding)) return undefined;
  const word = p.LA(1).image;
  return foreignDeclarations.get(word) ?? suggest(word, declarationWords);
}

function mendDeclaration(p: Parsing): boolean {
  const suggestion = meantDeclaration(p);
  const type = suggestion === undefined ? undefined : keywords.get(suggestion);
  if (suggestion === undefined || type === undefined || type === Import) return false;
  const word = p.LA(1).image;
  const span = p.reports.span(p.startOffset, endOf(p.LA(1)));
  const fix = { title: `Write \`${suggestion}\``, span, text: suggestion };
  p.reports.anchor(p.startOffset);
  p.reportNext("syntax/unknown-declaration", { word, suggestion }, { fix });
  p.takeAs(type);
  if (p.LA(2).tokenType === Binding) retag(p.LA(2), Name);
  return true;
}
