import { writeFileSync } from 'node:fs';
import { CHART_README, chartReadme } from './chartReadme.ts';

/* `make generate`: writes the values into the chart's README. */
writeFileSync(CHART_README, chartReadme());
