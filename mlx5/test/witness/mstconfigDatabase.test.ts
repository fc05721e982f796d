import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { formatPosition, type NvClass, nvSettings, parsePosition } from '../../src/prm/index.ts';

/* Settings of the non-volatile configuration as mstconfig of Debian's mstflint 4.21 knows them. */
/** Settings in that version's; others have other lengths. */
const SETTINGS = 151;
const DATABASE = '/usr/share/mstflint/mlxconfig_dbs/mlxconfig_host.db';

const CLASSES: Readonly<Record<NvClass, number>> = { global: 0, physical_port: 1, per_host_pf: 3 };

const there = existsSync(DATABASE) && settingsIn() === SETTINGS;
if (!there)
  test(`mstconfig's own database is skipped: there is none of ${SETTINGS} settings at ${DATABASE}`, (t) => t.pass());

(there ? test : test.skip)('settings are where mstconfig has them: type, length, and every parameter', (t) => {
  using database = new DatabaseSync(DATABASE, { readOnly: true });
  const settingOf = database.prepare('SELECT name, size FROM tlvs WHERE class = ? AND id = ?');
  const parameterOf = database.prepare(
    'SELECT offset, size FROM params WHERE tlv_name = ? AND (upper(mlxconfig_name) = upper(?) OR upper(name) = upper(?))',
  );
  const differ: string[] = [];
  let settings = 0;
  let fields = 0;
  for (const setting of nvSettings()) {
    const found = settingOf.get(CLASSES[setting.class], setting.parameter);
    if (found === undefined) continue;
    settings += 1;
    if (found['size'] !== setting.bytes) differ.push(`${setting.name}: ${found['size']} bytes is now ${setting.bytes}`);
    for (const field of setting.fields) {
      const parameter = parameterOf.get(String(found['name']), field.name, field.name);
      if (parameter === undefined) continue;
      fields += 1;
      const theirs = positionOf(String(parameter['offset']), String(parameter['size']));
      if (theirs !== formatPosition(field)) {
        differ.push(`${setting.name}.${field.name}: ${theirs} is now ${formatPosition(field)}`);
      }
    }
  }
  t.deepEqual(differ, []);
  t.is(settings, 36);
  t.is(fields, 136);
});

function settingsIn(): number {
  using database = new DatabaseSync(DATABASE, { readOnly: true });
  return Number(database.prepare('SELECT count(*) AS count FROM tlvs').get()?.['count']);
}

/** Offset `0x4.16` and size `0x0.8`: bytes and bits. */
function positionOf(offset: string, size: string): string {
  const [bytes = '', bits = ''] = size.split('.');
  return formatPosition(parsePosition(`${offset.toLowerCase()}:${Number(bytes) * 8 + Number(bits)}`));
}
