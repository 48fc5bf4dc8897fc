/** Formats the parameters and results of a declaration. */
import type {
  InputDeclaration,
  OutputDeclaration,
  ParameterDeclaration,
  TensorTypeExpression,
  TypeExpression,
} from "../ast.js";
import type { Expression } from "../ast-expressions.js";
import { breakBeforeOperator, writeBracketed, writeExpression, writeNames, writeSeparated } from "./expressions.js";
import type { Writer } from "./writer.js";

export function writeParameters(w: Writer, parameters: readonly ParameterDeclaration[]): void {
  if (!w.isNext("(")) return;
  const write = (parameter: ParameterDeclaration): void => {
    w.take(parameter.name.text, ":");
    w.space();
    writeType(w, parameter.type);
    if (parameter.default !== undefined) writeValue(w, parameter.default);
  };
  writeBracketed(w, { open: "(", close: ")", items: parameters, write, takesLastComma: true });
}

export function writeType(w: Writer, type: TypeExpression): void {
  switch (type.kind) {
    case "NamedType":
      w.take(type.name.text);
      break;
    case "ListType":
      w.take("[");
      writeType(w, type.element);
      w.take("]");
      break;
    case "TupleType":
      writeBracketed(w, {
        open: "(",
        close: ")",
        items: type.elements,
        write: (element) => writeType(w, element),
        takesLastComma: false,
      });
      break;
    case "ChoiceType":
      w.align(() => {
        for (const i of type.options.keys()) {
          if (i > 0) {
            breakBeforeOperator(w);
            w.take("|");
            w.space();
          }
          w.take();
        }
      });
      break;
  }
}

export function writeTensorType(w: Writer, { dtype, dimensions }: TensorTypeExpression): void {
  w.take(":");
  w.space();
  w.take(dtype.text, "[");
  writeSeparated(w, dimensions);
  w.take("]");
}

/** ` = ` and the value. */
export function writeValue(w: Writer, value: Expression): void {
  w.space();
  w.take("=");
  w.space();
  w.group(() => writeExpression(w, value));
}

export function writeInput(w: Writer, { name, type, value }: InputDeclaration): void {
  w.take("input");
  w.space();
  w.take(name.text);
  writeTensorType(w, type);
  if (value !== undefined) writeValue(w, value);
}

export function writeOutput(w: Writer, { names, value, inTraining }: OutputDeclaration): void {
  w.take("output");
  w.space();
  writeNames(w, names);
  if (value !== undefined) {
    w.take(":");
    w.space();
    w.group(() => writeExpression(w, value));
  }
  if (!inTraining) return;
  w.space();
  w.take("in");
  w.space();
  w.take("training");
}
