import { useId } from 'react'

type Props<Value extends string> = {
  legend: string
  options: Readonly<Record<Value, string>>
  value: Value
  onValue: (value: Value) => void
}

/** One of a few, side by side: radio buttons, so that arrow keys go from one to the next. */
export function Switch<Value extends string>({ legend, options, value, onValue }: Props<Value>) {
  const name = useId()
  const values = Object.keys(options).filter((key): key is Value => Object.hasOwn(options, key))
  return (
    <fieldset className="switch">
      <legend className="lk-hidden">{legend}</legend>
      {values.map(option => (
        <label key={option}>
          <input type="radio" name={name} checked={value === option} onChange={() => onValue(option)} />
          <span>{options[option]}</span>
        </label>
      ))}
    </fieldset>
  )
}
