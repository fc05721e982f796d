/** Why a device answers, but has no management register for this host, and what to do. All three refuse alike: only
 * what the kernel grants the channel at its opening tells the last one, and fwctl does not say it.
 * @source reference 1.4, 2.3 */
export const LIMITED_FUNCTION =
  'It is a limited function: a VF, a host that the DPU does not trust, or firmware that grants no tools resources. ' +
  'Ask from the function that owns the card, that is the PF or the Arm side of a DPU; of a card whose PF is refused too, ' +
  'update the firmware';
