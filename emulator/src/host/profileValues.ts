export class ProfileError extends Error {
  readonly code = 'ERR_HOST_PROFILE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProfileError';
  }
}

export function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ProfileError(`${where}: an object is expected`);
  return value as Record<string, unknown>;
}

export function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new ProfileError(`${where}: a list is expected`);
  return value;
}

export function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new ProfileError(`${where}: text is expected`);
  return value;
}

export function number(value: unknown, where: string): number {
  if (typeof value !== 'number' || !(value >= 0)) throw new ProfileError(`${where}: a number from 0 up is expected`);
  return value;
}

export function flag(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw new ProfileError(`${where}: true or false is expected`);
  return value;
}

export function matching(value: unknown, pattern: RegExp, where: string): string {
  if (!pattern.test(text(value, where)))
    throw new ProfileError(`${where}: "${String(value)}" does not match ${pattern}`);
  return String(value);
}

export function oneOf<T extends string>(value: unknown, choices: readonly T[], where: string): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new ProfileError(`${where}: one of ${choices.join(', ')} is expected`);
  return choice;
}

export function optional<K extends string, V>(
  source: Record<string, unknown>,
  key: K,
  parse: (value: unknown, where: string) => V,
  where: string,
): { [P in K]?: V } {
  return source[key] === undefined ? {} : ({ [key]: parse(source[key], `${where}.${key}`) } as { [P in K]?: V });
}
