/** Names that Python, or PyTorch's modules, have for themselves. */

const keywords: ReadonlySet<string> = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if import " +
    "in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** What every function of the file uses. */
const used: ReadonlySet<string> = new Set(["torch", "nn", "F", "self", "training", "float", "range", "super", "math"]);

/** What nn.Module or nn.ModuleDict has under a plain name: a layer of this name could not be reached as an attribute. */
const ofModules: ReadonlySet<string> = new Set(
  (
    "add_module append apply bfloat16 buffers call_super_init children clear compile cpu cuda double dump_patches eval extend " +
    "extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu items keys load_state_dict " +
    "modules mtia named_buffers named_children named_modules named_parameters parameters pop register_backward_hook " +
    "register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook " +
    "register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module " +
    "register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state " +
    "set_submodule share_memory state_dict to to_empty train training type update values xpu zero_grad"
  ).split(" "),
);

/** Whether a layer or weight of this name is an attribute like any other. */
export const isAttribute = (name: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^__|^_[a-z]/.test(name) && !keywords.has(name) && !ofModules.has(name);

/** A name as a variable of Python: a name that has another meaning gets `_` behind it. */
export function variableName(name: string): string {
  const plain = name.replace(/@\d+/g, "").replace(/[^A-Za-z0-9_]/g, "_");
  const whole = /^[0-9]/.test(plain) || plain === "" ? `x${plain}` : plain;
  return keywords.has(whole) || used.has(whole) ? `${whole}_` : whole;
}

/** `res_unit` -> `ResUnit`; a name that is in upper case somewhere stays as it is. */
export function className(name: string): string {
  const plain = variableName(name);
  if (/[A-Z]/.test(plain[0] as string)) return plain;
  return plain.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names that a class may not have: those of the file's head, and of Python itself. */
export const namesOfFile: ReadonlySet<string> = new Set(["F", "OrderedDict", "LABELS", ...keywords, ...used]);
