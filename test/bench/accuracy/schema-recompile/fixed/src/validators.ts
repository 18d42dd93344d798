export interface Schema {
  title: string;
  fields: { name: string; type: string }[];
}

type Validator = (value: Record<string, unknown>) => string[];

const compiled = new Map<string, Validator>();

function compile({ fields }: Schema): Validator {
  const checks = fields.map(({ name, type }) => `if (typeof value[${JSON.stringify(name)}] !== '${type}') problems.push('${name} is no ${type}');`);
  return new Function('value', `const problems = []; ${checks.join(' ')} return problems;`) as Validator;
}

export function validate(schema: Schema, value: Record<string, unknown>): string[] {
  const key = JSON.stringify(schema);
  let validator = compiled.get(key);
  if (!validator) {
    validator = compile(schema);
    compiled.set(key, validator);
  }
  return validator(value);
}
