import { generateCaptureSchema } from './captureSchema.ts';
import { generateReasons, generateReasonTexts, readReasons, reasonsPage } from './reasons.ts';
import { generateResources } from './resources.ts';
import { readCrds } from './schema.ts';
import { generateTypes } from './types.ts';

/** Every generated file.
 * @returns path from the root of the repository → content */
export async function generatedFiles(): Promise<Map<string, string>> {
  const crds = readCrds();
  const reasons = readReasons();
  const types = await generateTypes(crds);
  return new Map([
    ...[...types].map(([file, content]): [string, string] => [`api/src/generated/${file}`, content]),
    ['api/src/generated/captureSchema.ts', generateCaptureSchema(crds)],
    ['api/src/generated/resources.ts', generateResources(crds)],
    ['api/src/generated/reasons.ts', generateReasons(reasons)],
    ['api/src/generated/reasonTexts.ts', generateReasonTexts(reasons)],
    ['docs/reasons.md', reasonsPage(reasons)],
  ]);
}
