import type { ComponentProps } from 'react'

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'danger-quiet' | 'quiet'

const looks: Record<ButtonLook, string> = {
  plain: '',
  primary: 'lk-primary',
  danger: 'lk-danger',
  'danger-quiet': 'lk-danger-quiet',
  quiet: 'lk-quiet',
}

type Props = ComponentProps<'button'> & { look?: ButtonLook; isWide?: boolean }

export function Button({ look = 'plain', isWide = false, className = '', type = 'button', ...props }: Props) {
  const classes = ['lk-button', looks[look], isWide ? 'lk-wide' : '', className]
  return <button type={type} className={classes.filter(name => name !== '').join(' ')} {...props} />
}

/** A button that shows an icon only. */
export function IconButton({
  label,
  title,
  ...props
}: ComponentProps<'button'> & { label: string; title: string }) {
  return <Button {...props} className="lk-icon-button" aria-label={label} title={title} />
}
