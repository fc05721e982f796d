import { type ArtifactTicket, type DiagnosticCapture, type NicDevice, RESOURCES } from '@nicdiag/api';
import { resource } from '@nicdiag/kube';

export const CAPTURES = resource<DiagnosticCapture>(
  RESOURCES.DiagnosticCapture.apiVersion,
  RESOURCES.DiagnosticCapture.plural,
);
export const DEVICES = resource<NicDevice>(RESOURCES.NicDevice.apiVersion, RESOURCES.NicDevice.plural);
export const TICKETS = resource<ArtifactTicket>(RESOURCES.ArtifactTicket.apiVersion, RESOURCES.ArtifactTicket.plural);

/** For `-o name`, as kubectl writes it. */
export const CAPTURE_TYPE = 'diagnosticcapture.nicdiag.dev';
export const DEVICE_TYPE = 'nicdevice.nicdiag.dev';
