/** The parts of ECharts that dashlets use; everything else stays out of the bundle. */
import { BoxplotChart, CustomChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { GraphicComponent, GridComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BoxplotChart, CanvasRenderer, CustomChart, GraphicComponent, GridComponent, LineChart, PieChart, ScatterChart, TitleComponent, TooltipComponent]);

export { init };
