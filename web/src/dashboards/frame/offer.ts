/** What a dashlet's body gives to the menu of its frame: its data and its picture. */
import { createContext, type RefObject, useContext, useEffect } from "react";

export interface Offer {
  /** The data on show as CSV; null where there is none. */
  csv?: () => string | null;
  /** The picture as a data address (PNG); null where there is none. */
  picture?: () => string | null;
}

export const OfferContext = createContext<RefObject<Offer> | null>(null);

/** Tell the frame around what it may copy. */
export function useOffer(offer: Offer): void {
  const place = useContext(OfferContext);
  useEffect(() => {
    if (place) place.current = offer;
  });
}
