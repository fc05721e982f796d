export type LayoutErrorCode = 'UnknownLayout' | 'UnknownField' | 'BadValue' | 'BadCondition';

/** Layout data and a request for it do not fit together: a wrong name, or a value that a field cannot hold. */
export class LayoutError extends Error {
  readonly code: LayoutErrorCode;
  constructor(code: LayoutErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LayoutError';
    this.code = code;
  }
}
