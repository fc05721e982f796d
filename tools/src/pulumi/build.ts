import { provideBinaries } from '../binaries/provideBinaries.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { buildPulumi } from './buildPulumi.ts';

/* `make pulumi`: the package of the component in dist/pulumi. */
const { helm } = await provideBinaries();
buildPulumi({ directory: `${REPOSITORY}dist/pulumi`, helm });
