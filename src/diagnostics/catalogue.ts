import { benchEntries } from "./catalogue/bench.js";
import { budgetEntries } from "./catalogue/budget/counted.js";
import { measuredEntries } from "./catalogue/budget/measured.js";
import { answersEntries } from "./catalogue/data/answers.js";
import { distributionEntries } from "./catalogue/data/distributions.js";
import { dataLayoutEntries } from "./catalogue/data/layouts.js";
import { loaderEntries } from "./catalogue/data/loading.js";
import { dataEntries } from "./catalogue/data/pictures.js";
import { dataSetEntries } from "./catalogue/data/sets.js";
import { distillEntries } from "./catalogue/distill.js";
import { engineEntries } from "./catalogue/engine.js";
import { evalEntries } from "./catalogue/eval.js";
import { facesEntries } from "./catalogue/faces.js";
import { graphEntries } from "./catalogue/graph.js";
import { importEntries } from "./catalogue/import.js";
import { limitEntries } from "./catalogue/limit.js";
import { lintEntries } from "./catalogue/lint.js";
import { lookEntries } from "./catalogue/look.js";
import { onnxImportedEntries } from "./catalogue/onnx/imported.js";
import { quantisedEntries } from "./catalogue/onnx/quantised.js";
import { onnxReadEntries } from "./catalogue/onnx/read.js";
import { onnxEntries } from "./catalogue/onnx/written.js";
import { pictureEntries } from "./catalogue/picture.js";
import { recipeClassesEntries } from "./catalogue/recipe/classes.js";
import { recipeDataEntries } from "./catalogue/recipe/data.js";
import { recipeEntries } from "./catalogue/recipe/entries.js";
import { recipeDistributionEntries } from "./catalogue/recipe/tables.js";
import { teacherEntries } from "./catalogue/recipe/teachers.js";
import { reportEntries } from "./catalogue/report.js";
import { resolveEntries } from "./catalogue/resolve.js";
import { shapeConstructEntries } from "./catalogue/shape/constructs.js";
import { tensorShapeEntries } from "./catalogue/shape/tensors.js";
import { shapeEntries } from "./catalogue/shape/windows.js";
import { statsEntries } from "./catalogue/stats.js";
import { studyEntries } from "./catalogue/study.js";
import { syntaxExpressionEntries } from "./catalogue/syntax/expressions.js";
import { syntaxForeignEntries } from "./catalogue/syntax/foreign.js";
import { syntaxTokenEntries } from "./catalogue/syntax/tokens.js";
import { syntaxDeclarationEntries } from "./catalogue/syntax/top-level.js";
import { tfjsEntries } from "./catalogue/tfjs/folder.js";
import { tfjsTrainEntries } from "./catalogue/tfjs/module.js";
import { toolEntries } from "./catalogue/tool/command-line.js";
import { toolFileEntries } from "./catalogue/tool/files.js";
import { torchEntries } from "./catalogue/torch.js";
import { trainEntries } from "./catalogue/train/course.js";
import { trainDistributionEntries } from "./catalogue/train/tables.js";
import { trainTeacherEntries } from "./catalogue/train/teachers.js";
import { typeStructureEntries } from "./catalogue/type/structure.js";
import { typeEntries } from "./catalogue/type/values.js";
import { valueEntries } from "./catalogue/value.js";
import { weightsEntries } from "./catalogue/weights/files.js";
import { labelsInFilesEntries } from "./catalogue/weights/labels.js";
import { weightsNamesEntries } from "./catalogue/weights/names.js";
import { weightsPytorchEntries } from "./catalogue/weights/pytorch.js";

/**
 * Every diagnostic: `phase/what-is-wrong` -> severity, message, help, examples. One file per phase, or a folder of that name.
 * Codes are public: they are never renamed in a minor release.
 */
export const catalogue = {
  ...syntaxTokenEntries,
  ...syntaxExpressionEntries,
  ...syntaxDeclarationEntries,
  ...syntaxForeignEntries,
  ...importEntries,
  ...resolveEntries,
  ...typeEntries,
  ...typeStructureEntries,
  ...valueEntries,
  ...shapeEntries,
  ...tensorShapeEntries,
  ...shapeConstructEntries,
  ...limitEntries,
  ...recipeEntries,
  ...recipeClassesEntries,
  ...recipeDataEntries,
  ...teacherEntries,
  ...recipeDistributionEntries,
  ...budgetEntries,
  ...measuredEntries,
  ...lintEntries,
  ...graphEntries,
  ...onnxEntries,
  ...tfjsEntries,
  ...pictureEntries,
  ...onnxReadEntries,
  ...quantisedEntries,
  ...onnxImportedEntries,
  ...tfjsTrainEntries,
  ...torchEntries,
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
  ...trainTeacherEntries,
  ...trainDistributionEntries,
  ...reportEntries,
  ...studyEntries,
  ...engineEntries,
  ...evalEntries,
  ...benchEntries,
  ...statsEntries,
  ...toolEntries,
  ...toolFileEntries,
};

export type CatalogueEntries = typeof catalogue;
