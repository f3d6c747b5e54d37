/** Where it is: by the phone's position, or by the words of the reporter. WGS-84, as browsers give it. */

export interface Place {
  lat: number;
  lon: number;
  metres: number;
  /** Set by hand on a map. */
  pinned?: boolean;
}

export function locate(): Promise<Place> {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) {
      reject(new Error("no position"));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude, metres: Math.round(coords.accuracy) }),
      reject,
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
}
