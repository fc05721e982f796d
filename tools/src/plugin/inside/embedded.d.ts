/** Made by bundlePlugin: contents that travel inside the one file, Brotli in base64. */
declare module 'embedded:layouts' {
  /** A JSON object: the text of each generated table by its name. */
  export const packed: string;
}
declare module 'embedded:laneWorker' {
  /** The program of a lane's thread, CommonJS. */
  export const packed: string;
}
