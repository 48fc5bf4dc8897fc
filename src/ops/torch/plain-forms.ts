/** Lowerings of a kind that several ops share. */
import type { TorchExpression } from "./lowering.js";
import { call, infix, type NamedArguments } from "./python.js";

/** A function of all inputs, with arguments by name. */
export const torchCall =
  <A>(name: string, named: (attributes: A) => NamedArguments = () => ({})): TorchExpression<A> =>
  (site, attributes) =>
    call(name, site.tensors(), named(attributes));

/** An operator between two inputs. */
export const torchOperator =
  (operator: string): TorchExpression<unknown> =>
  (site) =>
    infix(operator, site.operand(0), site.operand(1));

/** The input, unchanged. */
export const torchPasses: TorchExpression<unknown> = (site) => site.tensor(0);
