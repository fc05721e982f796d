/** Registers whose answers decide what is read next. Their bytes are kept, all others are passed on. */
export const STEERING: ReadonlySet<string> = new Set([
  'GENERAL',
  'MCAM',
  'PCAM',
  'QCAM',
  'SBCAM',
  'CWCAM',
  'MPCAM',
  'NIC_CAP_REG',
  'PMLP',
  'MTCAP',
  'MCQS',
]);

/** Answers about the device that a limited function may get although it can read nothing else. */
export const CAPABILITY_MASKS: ReadonlySet<string> = new Set(['MCAM', 'PCAM', 'QCAM', 'SBCAM', 'CWCAM', 'MPCAM']);
