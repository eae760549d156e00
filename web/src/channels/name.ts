/** A channel of a layer, as an address names it: `12@features.3`. Pure. */

export interface ChannelName {
  layer: string;
  /** Its number in the layer, from 0. */
  channel: number;
}

export function encodeChannel({ layer, channel }: ChannelName): string {
  return `${channel}@${layer}`;
}

/** The channel of an address; null where the text names none. */
export function decodeChannel(text: string | undefined): ChannelName | null {
  const found = /^(\d{1,9})@(.+)$/.exec(text ?? "");
  return found && { channel: Number(found[1]), layer: found[2] };
}

export function sameChannel(one: ChannelName | null, other: ChannelName | null): boolean {
  return one?.layer === other?.layer && one?.channel === other?.channel;
}
