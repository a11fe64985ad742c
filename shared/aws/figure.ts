/** A figure until it is sent. */
export interface Figure {
  name: string
  value: number
  unit: 'Count' | 'Milliseconds' | 'Seconds'
  /** A dimension besides the stage. */
  type?: string
}
