import type { FoundItem, FoundItems } from './foundItems.ts';
import type { ReportRow } from './report.ts';
import { row } from './reportRows.ts';

/** Rows by label, and the field of each, in the page that a generation of SerDes has. */
interface LanePage {
  readonly layout: string;
  readonly rows: Readonly<Record<string, string>>;
  readonly signed?: boolean;
}

const MERIT = {
  'Initial figure of merit': 'initial_fom',
  'Last figure of merit': 'last_fom',
  'Upper eye': 'upper_eye',
  'Middle eye': 'mid_eye',
  'Lower eye': 'lower_eye',
};

const EYES: readonly LanePage[] = [
  {
    layout: 'slrg_40nm_28nm_ext',
    rows: {
      Grade: 'grade',
      'Eye height above': 'height_eo_pos',
      'Eye height below': 'height_eo_neg',
      'Eye phase right': 'phase_eo_pos',
      'Eye phase left': 'phase_eo_neg',
    },
  },
  {
    layout: 'slrg_16nm_ext',
    rows: {
      Grade: 'grade',
      'Upper eye grade': 'up_eye_grade',
      'Middle eye grade': 'mid_eye_grade',
      'Lower eye grade': 'dn_eye_grade',
    },
  },
  { layout: 'slrg_7nm_ext', rows: MERIT },
  { layout: 'slrg_5nm_ext', rows: MERIT },
  { layout: 'slrg_serdes_gen_8_ext', rows: MERIT },
];

const NINE_TAPS = Object.fromEntries(Array.from({ length: 9 }, (_, tap) => [`Tap ${tap}`, `tap${tap}`]));

const TAPS: readonly LanePage[] = [
  {
    layout: 'sltp_28nm_40nm_ext',
    rows: { 'Tap 0': 'ob_tap0', 'Tap 1': 'ob_tap1', 'Tap 2': 'ob_tap2' },
    signed: true,
  },
  {
    layout: 'sltp_16nm_ext',
    rows: {
      'Tap before the last': 'pre_2_tap',
      'Tap before': 'pre_tap',
      'Main tap': 'main_tap',
      'Tap behind': 'post_tap',
    },
    signed: true,
  },
  {
    layout: 'sltp_7nm_ext',
    rows: { 'Pre 3': 'fir_pre3', 'Pre 2': 'fir_pre2', 'Pre 1': 'fir_pre1', Main: 'fir_main', 'Post 1': 'fir_post1' },
    signed: true,
  },
  { layout: 'sltp_5nm_ext', rows: NINE_TAPS, signed: true },
  { layout: 'sltp_serdes_gen_8_ext', rows: NINE_TAPS, signed: true },
];

/** Eye openings or figures of merit, one value a lane, of the lanes that have any. */
export function eyeRows(found: FoundItems, port: number): readonly (readonly ReportRow[])[] {
  const lanes = found.all('SLRG', { local_port: port });
  if (lanes.length === 0) return [];
  const measured = lanes.filter(({ fields }) => fields.number('status') === 1);
  return measured.length === 0 ? [row('Lanes with a measurement', 0)] : laneRows(measured, EYES);
}

/** Taps of the transmitter, one value a lane. */
export function transmitterRows(found: FoundItems, port: number): readonly (readonly ReportRow[])[] {
  return laneRows(found.all('SLTP', { local_port: port }), TAPS);
}

function laneRows(lanes: readonly FoundItem[], pages: readonly LanePage[]): readonly (readonly ReportRow[])[] {
  const first = lanes[0]?.fields;
  const page = pages.find(({ layout, rows }) =>
    Object.values(rows).some((field) => first?.value(`page_data.${layout}.${field}`) !== undefined),
  );
  if (first === undefined || page === undefined) return [];
  return [
    row('SerDes', first.text('version')?.replace('prod_', '').replaceAll('_', ' ')),
    ...Object.entries(page.rows).map(([label, field]) =>
      row(
        label,
        lanes.flatMap(({ fields }) => {
          const value = fields.number(`page_data.${page.layout}.${field}`);
          if (value === undefined) return [];
          return page.signed === true ? (value << 24) >> 24 : value;
        }),
      ),
    ),
  ];
}
