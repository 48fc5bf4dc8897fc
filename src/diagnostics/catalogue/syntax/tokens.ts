import { entry } from "../../entry.js";
import { model, plain } from "./example.js";

/** Invalid characters. */
export const syntaxTokenEntries = {
  "syntax/unexpected-character": entry<{ characters: string }>({
    severity: "error",
    message: (h) => `${h.characters} is not part of the language`,
    help: (h) => {
      if (h.characters.includes(";")) return "Remove it: a statement ends where the next one begins.";
      const [unseen] = /<U\+\w+>/.exec(h.characters) ?? [];
      if (unseen !== undefined)
        return `${unseen} stands for a character that is not seen: remove it, or write a space.`;
      const twin = /[a-z]/i.test(h.characters)
        ? /[\p{Script=Cyrillic}\p{Script=Greek}]/u.exec(h.characters)?.[0]
        : undefined;
      const names = "Names are made of a-z, A-Z, 0-9 and `_`.";
      return twin === undefined
        ? `${names} Remove the character, or put the text in double quotes.`
        : `${names} \`${twin}\` is none of these letters, though it may look like one.`;
    },
    explanation: "Outside strings and comments only the characters of names, numbers and operators have a meaning.",
    bad: model("logits = image -> conv(8)$"),
    good: plain,
  }),

  "syntax/wrong-comment": entry<{ written: string }>({
    severity: "error",
    message: (h) => `\`${h.written}\` begins no comment`,
    help: () => "Write `//` before a comment, and `///` before the documentation of a declaration.",
    explanation: "Comments run from `//` to the end of the line; there is no other kind.",
    bad: model("logits = image -> conv(8)  # the head"),
    good: model("logits = image -> conv(8)  // the head"),
  }),

  "syntax/unterminated-string": entry({
    severity: "error",
    message: () => "this string has no closing quote on its line",
    help: () => 'Close it with `"`; a line break inside a string is written `\\n`.',
    explanation: "A string ends on the line where it begins, so that one forgotten quote spoils one line only.",
    bad: `lfer 1

const title = "faces
`,
    good: `lfer 1

const title = "faces"
`,
  }),

  "syntax/single-quotes": entry<{ text: string }>({
    severity: "error",
    message: (h) => `${h.text} is in the wrong kind of quotes`,
    help: () => 'Write strings in double quotes: `"..."`.',
    explanation: "One kind of quote keeps files consistent and leaves the apostrophe for text.",
    bad: `lfer 1

const title = 'faces'
`,
    good: `lfer 1

const title = "faces"
`,
  }),

  "syntax/bad-escape": entry<{ written: string }>({
    severity: "error",
    message: (h) => `\`${h.written}\` is not an escape`,
    help: () =>
      'Known are `\\n`, `\\t`, `\\r`, `\\"`, `\\\\` and `\\u{...}` with up to six hexadecimal digits. A backslash itself is `\\\\`.',
    explanation: "A backslash in a string begins an escape; an unknown one is more likely a mistake than intended.",
    bad: `lfer 1

const path = "weights\\faces"
`.replace("\\f", "\\q"),
    good: `lfer 1

const path = "weights/faces"
`,
  }),

  "syntax/number-too-large": entry<{ text: string }>({
    severity: "error",
    message: (h) => `${h.text} is too large: whole numbers go up to 9007199254740991`,
    help: () => "Write a smaller number, or one with a decimal point where it need not be exact.",
    explanation: "Numbers are doubles; above 2^53 - 1 they could no longer count exactly.",
    bad: `lfer 1

const many = 9_007_199_254_740_993
`,
    good: `lfer 1

const many = 9_007_199_254_740_991
`,
  }),
};
