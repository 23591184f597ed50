import type { ReactNode } from 'react'

/** Drawn with one line on a grid of 24; beside a text that says the same, so hidden from screen readers. */
function icon(shape: ReactNode) {
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        aria-hidden="true"
        className="lk-icon"
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        {shape}
      </svg>
    )
  }
}

export const Laptop = icon(<path d="M5 5.5h14a1 1 0 0 1 1 1V16H4V6.500a1 1 0 0 1 1-1ZM2.5 19h19" />)
export const Phone = icon(
  <path d="M8 2.500h8a1.5 1.5 0 0 1 1.5 1.500v16a1.5 1.5 0 0 1-1.5 1.500H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.500ZM11 18.500h2" />,
)
export const Tablet = icon(
  <path d="M6 3h12a1.5 1.5 0 0 1 1.5 1.500v15A1.5 1.5 0 0 1 18 21H6a1.5 1.5 0 0 1-1.5-1.500v-15A1.5 1.5 0 0 1 6 3ZM11 18h2" />,
)
export const Robot = icon(
  <path d="M7 9h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2Zm5 0V5M9.5 13v1.500m5-1.500v1.500M10 5h4" />,
)
export const Unknown = icon(
  <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm-2.5-11.500a2.5 2.5 0 1 1 3.700 2.200c-.8.450-1.200.9-1.200 1.800m0 3v.01" />,
)
export const Key = icon(
  <path d="M8.5 15.500a5 5 0 1 0 0-10 5 5 0 0 0 0 10Zm3.700-1.300L20 22m-3.5-3.5 2.5-2.5" />,
)
export const Shield = icon(
  <path d="M12 3 4.5 6v5.500c0 4.600 3.100 7.900 7.5 9.5 4.400-1.600 7.5-4.900 7.5-9.500V6L12 3Zm-3 9 2.200 2.200L15.5 10" />,
)
export const Warning = icon(<path d="M12 4 2.800 19.500h18.400L12 4Zm0 6v4.500m0 2.500v.01" />)
export const Info = icon(<path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v5.500m0-8.500v.01" />)
export const Check = icon(<path d="m5 12.5 4.5 4.500L19 7.5" />)
export const ArrowLeft = icon(<path d="M19.500 12h-15m6-6-6 6 6 6" />)
export const Download = icon(<path d="M12 4v11.500m-5-5 5 5 5-5M4.500 20h15" />)
export const Pencil = icon(
  <path d="m4 20 1-4.500L16 4.500a1.900 1.900 0 0 1 2.700 0l.8.8a1.900 1.900 0 0 1 0 2.700L8.5 19 4 20Zm10.5-14 3.5 3.5" />,
)
export const Eye = icon(
  <path d="M2.5 12S6 5.500 12 5.500 21.5 12 21.5 12 18 18.500 12 18.500 2.500 12 2.500 12Zm9.5 2.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z" />,
)
export const EyeOff = icon(
  <path d="M4.500 8.500A17 17 0 0 0 2.500 12S6 18.500 12 18.500a9 9 0 0 0 3.500-.7M9.500 5.800A9 9 0 0 1 12 5.500c6 0 9.500 6.500 9.500 6.500a17 17 0 0 1-2.800 3.600M4 4l16 16M10.200 10.200a2.500 2.500 0 0 0 3.500 3.500" />,
)
export const SignOut = icon(
  <path d="M14 4.500H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.500h8M10 12h10.500m-3.5-3.500L20.5 12 17 15.5" />,
)
export const Chart = icon(<path d="M4 4v16h16M8 15l3.5-4 3 2.500L20 7.5" />)
export const People = icon(
  <path d="M9 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 8c.5-3.300 3-5 6.5-5s6 1.700 6.5 5M15.5 5a3.200 3.200 0 0 1 0 6m2.5 4.200c2 .6 3.200 2 3.5 4.300" />,
)
export const Ban = icon(<path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM5.700 5.700l12.600 12.600" />)
export const List = icon(<path d="M8.5 6H20M8.5 12H20M8.5 18H20M4 6v.01M4 12v.01M4 18v.01" />)
export const Database = icon(
  <path d="M12 9c4.100 0 7.5-1.300 7.5-3S16.100 3 12 3 4.5 4.300 4.5 6 7.900 9 12 9ZM4.5 6v12c0 1.700 3.400 3 7.5 3s7.5-1.300 7.5-3V6M4.5 12c0 1.700 3.400 3 7.5 3s7.5-1.300 7.5-3" />,
)
export const Bolt = icon(<path d="M13 3 5 13.500h6L10 21l8-10.500h-6L13 3Z" />)
export const Pulse = icon(<path d="M3 12h4l2.5-6.5 4.5 13 2.5-6.500h4.5" />)
