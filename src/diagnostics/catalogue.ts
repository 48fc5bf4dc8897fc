import { answersEntries } from "./catalogue/answers.js";
import { benchEntries } from "./catalogue/bench.js";
import { budgetEntries } from "./catalogue/budget.js";
import { dataEntries } from "./catalogue/data.js";
import { dataLayoutEntries } from "./catalogue/data-layouts.js";
import { dataSetEntries } from "./catalogue/data-sets.js";
import { distillEntries } from "./catalogue/distill.js";
import { distributionEntries } from "./catalogue/distributions.js";
import { engineEntries } from "./catalogue/engine.js";
import { evalEntries } from "./catalogue/eval.js";
import { facesEntries } from "./catalogue/faces.js";
import { graphEntries } from "./catalogue/graph.js";
import { importEntries } from "./catalogue/import.js";
import { labelsInFilesEntries } from "./catalogue/labels-in-files.js";
import { limitEntries } from "./catalogue/limit.js";
import { lintEntries } from "./catalogue/lint.js";
import { lintSourceEntries } from "./catalogue/lint-source.js";
import { loaderEntries } from "./catalogue/loader.js";
import { lookEntries } from "./catalogue/look.js";
import { measuredEntries } from "./catalogue/measured.js";
import { onnxEntries } from "./catalogue/onnx.js";
import { onnxReadEntries } from "./catalogue/onnx-read.js";
import { pictureEntries } from "./catalogue/picture.js";
import { recipeEntries } from "./catalogue/recipe.js";
import { recipeClassesEntries } from "./catalogue/recipe-classes.js";
import { recipeDataEntries } from "./catalogue/recipe-data.js";
import { reportEntries } from "./catalogue/report.js";
import { resolveEntries } from "./catalogue/resolve.js";
import { shapeEntries } from "./catalogue/shape.js";
import { shapeConstructEntries } from "./catalogue/shape-constructs.js";
import { statsEntries } from "./catalogue/stats.js";
import { studyEntries } from "./catalogue/study.js";
import { syntaxEntries } from "./catalogue/syntax.js";
import { teacherEntries } from "./catalogue/teachers.js";
import { toolEntries } from "./catalogue/tool.js";
import { trainEntries } from "./catalogue/train.js";
import { typeEntries } from "./catalogue/type.js";
import { valueEntries } from "./catalogue/value.js";
import { weightsEntries } from "./catalogue/weights.js";
import { weightsNamesEntries } from "./catalogue/weights-names.js";
import { weightsPytorchEntries } from "./catalogue/weights-pytorch.js";

/**
 * Every diagnostic there is: `phase/what-is-wrong` -> severity, message, help, examples. One file a phase.
 * A code is public: it is never renamed in a minor release.
 */
export const catalogue = {
  ...syntaxEntries,
  ...importEntries,
  ...resolveEntries,
  ...typeEntries,
  ...valueEntries,
  ...shapeEntries,
  ...shapeConstructEntries,
  ...limitEntries,
  ...recipeEntries,
  ...recipeClassesEntries,
  ...recipeDataEntries,
  ...teacherEntries,
  ...budgetEntries,
  ...measuredEntries,
  ...lintEntries,
  ...lintSourceEntries,
  ...graphEntries,
  ...onnxEntries,
  ...pictureEntries,
  ...onnxReadEntries,
  ...weightsEntries,
  ...weightsPytorchEntries,
  ...weightsNamesEntries,
  ...labelsInFilesEntries,
  ...dataEntries,
  ...dataSetEntries,
  ...distributionEntries,
  ...distillEntries,
  ...dataLayoutEntries,
  ...loaderEntries,
  ...answersEntries,
  ...facesEntries,
  ...lookEntries,
  ...trainEntries,
  ...reportEntries,
  ...studyEntries,
  ...engineEntries,
  ...evalEntries,
  ...benchEntries,
  ...statsEntries,
  ...toolEntries,
};

export type CatalogueEntries = typeof catalogue;
