import type { Card } from '../card.ts';
import type { Values } from '../layout/structWriter.ts';

/** Version of the SerDes that selects page layouts: 4 is 7 nm [inferred for these models]. */
export const SERDES_7NM = 4;
export const SERDES_5NM = 5;

type Tap = (name: string, low: number, high: number) => number;

/** The pages of SLTP and SLRG that a generation of SerDes has. */
interface Serdes {
  readonly version: number;
  readonly sltp: { readonly layout: string; readonly values: (tap: Tap) => Values };
  readonly slrg: { readonly layout: string; readonly values: (merit: number) => Values };
}

const figures = (merit: number): Values => ({
  initial_fom: merit - 3,
  last_fom: merit,
  upper_eye: merit,
  mid_eye: merit + 2,
  lower_eye: merit - 1,
});

const nineTaps = (tap: Tap): Values => ({
  tap0: tap('pre3', -2, 2),
  tap1: tap('pre2', 0, 4),
  tap2: tap('pre1', -14, -6),
  tap3: tap('main', 44, 60),
  tap4: tap('post1', -6, 0),
});

const generations: readonly Serdes[] = [
  {
    version: 1,
    sltp: {
      layout: 'sltp_28nm_40nm_ext',
      values: (tap) => ({
        ob_tap0: tap('tap0', -10, 0),
        ob_tap1: tap('tap1', 40, 60),
        ob_tap2: tap('tap2', -10, 0),
        polarity: 0,
        ob_bias: 20,
      }),
    },
    slrg: {
      layout: 'slrg_40nm_28nm_ext',
      values: (merit) => ({
        grade: merit * 25,
        grade_version: 1,
        height_eo_pos: merit,
        height_eo_neg: merit - 6,
        phase_eo_pos: 30,
        phase_eo_neg: 28,
      }),
    },
  },
  {
    version: 3,
    sltp: {
      layout: 'sltp_16nm_ext',
      values: (tap) => ({
        pre_2_tap: tap('pre2', 0, 4),
        pre_tap: tap('pre', -14, -6),
        main_tap: tap('main', 60, 90),
        post_tap: tap('post', -12, 0),
        ob_m2lp: 20,
        ob_amp: 70,
      }),
    },
    slrg: {
      layout: 'slrg_16nm_ext',
      values: (merit) => ({
        grade: merit * 25,
        grade_version: 4,
        up_eye_grade: merit,
        mid_eye_grade: merit + 2,
        dn_eye_grade: merit - 1,
      }),
    },
  },
  {
    version: SERDES_7NM,
    sltp: {
      layout: 'sltp_7nm_ext',
      values: (tap) => ({
        fir_pre3: 0,
        fir_pre2: tap('pre2', 0, 4),
        fir_pre1: tap('pre1', -14, -6),
        fir_main: tap('main', 44, 60),
        fir_post1: tap('post1', -6, 0),
        drv_amp: 0x1f,
      }),
    },
    slrg: { layout: 'slrg_7nm_ext', values: figures },
  },
  {
    version: SERDES_5NM,
    sltp: { layout: 'sltp_5nm_ext', values: nineTaps },
    slrg: { layout: 'slrg_5nm_ext', values: figures },
  },
  {
    version: 6,
    sltp: { layout: 'sltp_serdes_gen_8_ext', values: nineTaps },
    slrg: { layout: 'slrg_serdes_gen_8_ext', values: figures },
  },
];

const usual = generations.find(({ version }) => version === SERDES_7NM);

/** @throws Error for a model with a version that is not here: a mistake in the model */
export function serdesOf({ model, profile }: Card): Serdes {
  const wanted = profile.serdesVersion ?? model.serdesVersion;
  const found = wanted === undefined ? usual : generations.find(({ version }) => version === wanted);
  if (found === undefined) throw new Error(`there is no SerDes of version ${wanted}`);
  return found;
}
