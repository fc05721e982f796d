/** A time as the API server's `date-time` takes it.
 * @param milliseconds since the epoch; a fraction counts with `microseconds` */
export function toRfc3339(milliseconds: number, precision: 'seconds' | 'milliseconds' | 'microseconds'): string {
  const text = new Date(Math.floor(milliseconds)).toISOString();
  switch (precision) {
    case 'seconds':
      return text.replace(/\.\d+Z$/, 'Z');
    case 'milliseconds':
      return text;
    case 'microseconds': {
      const micros = Math.floor((milliseconds - Math.floor(milliseconds)) * 1000);
      return text.replace('Z', `${String(micros).padStart(3, '0')}Z`);
    }
  }
}
