/** Where things stand in a bundle: `<capture>/<node>/<pci>/<collector>/<file>`, a manifest at capture and device. All
 * parts are names that a manifest's parser has let through, so no path can leave the bundle. */

export function captureManifestPath(capture: string): string {
  return `${capture}/manifest.json`;
}

/** An older revision of the seal. */
export function oldManifestPath(capture: string, revision: number): string {
  return `${capture}/manifest.${revision}.json`;
}

export function deviceFolder(capture: string, device: { readonly node: string; readonly pciAddress: string }): string {
  return `${capture}/${device.node}/${device.pciAddress}`;
}

export function bundleManifestPath(folder: string): string {
  return `${folder}/manifest.json`;
}

export function bundleBlobPath(folder: string, collector: string, file: string): string {
  return `${folder}/${collector}/${file}`;
}
