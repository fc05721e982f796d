// Run by collectorSpool.test.ts: appends item after item, prints a line for each that was acknowledged, and in the end
// the code of the error that stopped it, if it was not killed.
import { createCollectorSpool } from '../../src/spool/collectorSpool.ts';
import { SpoolError } from '../../src/spool/spoolError.ts';
import { registerItem } from '../arbitraryItem.ts';
import { plainDecoder } from '../plainDecoder.ts';

const spool = await createCollectorSpool(process.argv[2] ?? '', { decoder: plainDecoder });
try {
  for (let index = 0; ; index += 1) {
    await spool.append([registerItem(`R${index}`)]);
    process.stdout.write(`${index}\n`);
  }
} catch (error) {
  process.stdout.write(`${error instanceof SpoolError ? error.code : error}\n`);
}
